"""The project of the demo world: three people, eight mails, three conversations that wait for Alex.

A second project of the same name belongs to other people; a world may have it, so that a name can mean two things.
"""

from workspace_sandbox.worlds.documents import Sheet
from workspace_sandbox.worlds.writing import Talk, Turn


def project_talks(projects: int) -> list[Talk]:
    """The conversations of this many projects of one name: 0, 1 or 2.

    Raises:
        ValueError: for any other number.
    """
    if projects not in (0, 1, 2):
        raise ValueError(f"a world has 0, 1 or 2 projects of one name, not {projects}")
    return [*(_own_project() if projects else ()), *(_other_project() if projects == 2 else ())]


def _own_project() -> list[Talk]:
    costs = Sheet("prototype_costs.csv", ("part cost_eur", "frame 412", "panel 188", "fittings 64"))
    return [
        Talk("Project X: launch plan", 12, ("marcus", "priya", "greta", "alex"), labels=("Projects/X",), html=True,
             turns=(
            Turn("marcus", 0, """Team,

Project X is the modular shelf we show at the spring fair. [We decided to build|The decision is to build] twenty
prototypes before the fair, not fifty. The budget for the prototypes is 14,200 euros."""),
            Turn("greta", 4, """Hej all,

The drawings for the [corner module|corner piece] will be ready on <en+4>. I need the panel thickness from the mill
first."""),
            Turn("priya", 20, """Hi all,

The mill says 18 mm. I can store the panels in bay 6 until <en+16>, after that the space is promised to the hotel
order."""),
            Turn("alex", 5, """Thanks both. I will book the carrier once the drawings are out."""),
            Turn("marcus", 22, """Alex,

Please send me the final delivery plan for the twenty prototypes by <en+6>."""),
        )),
        Talk("Project X: prototype costs", 6, ("greta", "alex"), copied=("priya",), labels=("Projects/X",), turns=(
            Turn("greta", 0, """Hej Alex,

The first prototype came to 664 euros, mostly the frame. The table is attached. [A folded frame|A bent frame] would
save about 90 euros each.""", (costs,)),
            Turn("alex", 6, """Hej Greta,

A folded frame sounds right. What does it do to the date?"""),
            Turn("greta", 19, """Hej Alex,

It adds four working days. Please confirm the folded frame by <en+3> so that I can order the steel."""),
        )),
        Talk("Project X: test loads", 3, ("priya", "alex"), copied=("greta", "marcus"), labels=("Projects/X",),
             unread=True, turns=(
            Turn("priya", 0, """Hi Alex,

The first shelf held 31 kg for [48 hours|two days] without bending, so the 25 kg limit is safe."""),
            Turn("priya", 20, """Hi Alex,

One more thing: we need two more test frames in bay 6 before <en+8>. Please add them to the next run."""),
        )),
    ]  # fmt: skip


def _other_project() -> list[Talk]:
    return [
        Talk("Project X: the Lisbon showroom", 8, ("ines", "claire", "alex"), labels=("Clients/Lumen",), turns=(
            Turn("ines", 0, """Dear Alex, dear Claire,

[We call it|Its name is] Project X until the lease is signed: one showroom in Lisbon for both our houses. The opening
is planned for <en+60>."""),
            Turn("claire", 18, """Chère Inês, dear Alex,

We agree on the date. Our share of the fittings is 9,500 euros."""),
            Turn("ines", 23, """Dear Alex,

Please send us the measurements of the counter by <en+7>."""),
        )),
    ]  # fmt: skip
