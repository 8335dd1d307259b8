"""Keys and sealed values: what is bound together stays together, and nothing opens elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import stat
from pathlib import Path
from uuid import UUID

import pytest

from countersign.errors import ConfigurationError, UnavailableError
from countersign.kit import crypto, ids
from countersign.kit.crypto import Keys, UserCipher
from countersign.kit.data_keys import cipher
from tests.cluster import ProductDatabase

USER = UUID("018f0000-0000-7000-8000-000000000001")


@pytest.fixture
def sealed_for() -> UserCipher:
    return UserCipher(USER, {1: b"k" * 32})


def test_key_files_are_private_made_once_and_one_per_purpose(tmp_path: Path) -> None:
    first = Keys.create(tmp_path / "keys")
    contents = {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()}
    assert sorted(contents) == sorted(f"{purpose}-1.key" for purpose in crypto.PURPOSES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert len(set(contents.values())) == len(crypto.PURPOSES)
    second = Keys.create(tmp_path / "keys")
    assert contents == {path.name: path.read_text() for path in (tmp_path / "keys").iterdir()}
    assert first.mac("decision", b"words") == second.mac("decision", b"words")


def test_a_mac_is_hmac_sha256_under_the_newest_key_and_older_keys_still_verify(tmp_path: Path) -> None:
    old = Keys.create(tmp_path)
    old_id, old_mac = old.mac("decision", b"words")
    (tmp_path / "decision-10.key").write_text("ab" * 32)
    (tmp_path / "decision-9.key").write_text("cd" * 32)
    keys = Keys.load(tmp_path)
    key_id, mac = keys.mac("decision", b"words")
    assert key_id == "decision-10"
    assert mac == hmac.digest(bytes.fromhex("ab" * 32), b"words", hashlib.sha256)
    assert keys.verify("decision", old_id, b"words", old_mac)
    assert not keys.verify("decision", key_id, b"other words", mac)
    assert not keys.verify("decision", "decision-11", b"words", mac)
    assert not keys.verify("audit", key_id, b"words", mac)


@pytest.mark.parametrize("damage", ["missing", "not hexadecimal", "ab"])
def test_a_missing_or_damaged_key_stops_the_start_with_words(tmp_path: Path, damage: str) -> None:
    Keys.create(tmp_path)
    path = tmp_path / "audit-1.key"
    path.unlink()
    if damage != "missing":
        path.write_text(damage)
    with pytest.raises(ConfigurationError) as refusal:
        Keys.load(tmp_path)
    assert "backup" in refusal.value.action


def test_a_sealed_value_opens_only_in_its_own_place(sealed_for: UserCipher) -> None:
    sealed = sealed_for.seal(b"refresh token", "accounts", "row", "refresh_token")
    assert b"refresh token" not in sealed
    assert sealed != sealed_for.seal(b"refresh token", "accounts", "row", "refresh_token")
    assert sealed_for.open(sealed, "accounts", "row", "refresh_token") == b"refresh token"
    stranger = UserCipher(ids.new_id(), sealed_for.data_keys)
    for opener, place in (
        (sealed_for, ("accounts", "row", "access_token")),
        (sealed_for, ("accounts", "other", "refresh_token")),
        (sealed_for, ("users", "row", "refresh_token")),
        (stranger, ("accounts", "row", "refresh_token")),
    ):
        with pytest.raises(UnavailableError):
            opener.open(sealed, *place)


@pytest.mark.parametrize("position", range(0, 44, 3))
def test_a_changed_byte_anywhere_is_noticed(sealed_for: UserCipher, position: int) -> None:
    sealed = bytearray(sealed_for.seal(b"refresh token", "t", "r", "c"))
    sealed[position] ^= 1
    with pytest.raises(UnavailableError):
        sealed_for.open(bytes(sealed), "t", "r", "c")


@pytest.mark.parametrize(
    "sealed", [b"", b"\x00\x00\x00\x01", b"\x00\x00\x00\x01" + b"n" * 12, b"\x00\x00\x00\x02" + b"n" * 40]
)
def test_a_cut_value_or_an_unknown_key_version_is_refused(sealed_for: UserCipher, sealed: bytes) -> None:
    with pytest.raises(UnavailableError, match="cannot be read"):
        sealed_for.open(sealed, "t", "r", "c")


def test_new_values_use_the_newest_data_key_and_old_ones_still_open(sealed_for: UserCipher) -> None:
    old = sealed_for.seal(b"old", "t", "r", "c")
    rotated = UserCipher(USER, {**sealed_for.data_keys, 2: b"n" * 32})
    new = rotated.seal(b"new", "t", "r", "c")
    assert (old[:4], new[:4]) == (b"\x00\x00\x00\x01", b"\x00\x00\x00\x02")
    assert (rotated.open(old, "t", "r", "c"), rotated.open(new, "t", "r", "c")) == (b"old", b"new")


async def test_a_users_data_key_is_made_once_and_is_useless_without_the_key_folder(
    database: ProductDatabase, keys: Keys, tmp_path: Path
) -> None:
    user_id = ids.new_id()
    async with database.db.session(user_id) as session:
        sealed = (await cipher(session, keys, user_id)).seal(b"secret", "t", "r", "c")
    async with database.db.session(user_id) as session:
        again = await cipher(session, keys, user_id)
        assert again.open(sealed, "t", "r", "c") == b"secret"
        assert await cipher(session, keys, user_id) is again
    assert len(await database.as_owner("SELECT 1 FROM data_keys")) == 1
    foreign = Keys.create(tmp_path / "other")
    with pytest.raises(UnavailableError):
        async with database.db.session(user_id) as session:
            await cipher(session, foreign, user_id)


async def test_data_wrapped_by_a_master_key_that_is_gone_says_which_folder_to_restore(keys: Keys) -> None:
    with pytest.raises(UnavailableError) as refusal:
        keys.unwrap("master-7", b"x" * 60, b"aad")
    assert "keys folder" in refusal.value.action


def test_tokens_are_long_differ_and_are_kept_as_hashes_only() -> None:
    one, other = crypto.random_token(), crypto.random_token()
    assert one != other
    assert len(one) >= 43  # 256 bits at 6 bits a character
    assert crypto.hash_token(one) == hashlib.sha256(one.encode()).digest()
    assert crypto.hash_token("\ud800")
    assert crypto.constant_time_equal(b"a", b"a")
    assert not crypto.constant_time_equal(b"a", b"b")
