-- Waking a run: raise the wanted counter and defer its driver in the caller's transaction.
-- Lock order for every caller: actions by ascending id, then the run, then the event head.

CREATE FUNCTION defer_job(task text, args jsonb) RETURNS bigint LANGUAGE sql VOLATILE
AS $$
    SELECT (procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', task, 0, NULL, NULL, args, NULL)::procrastinate_job_to_defer_v1
    ]))[1]
$$;

CREATE FUNCTION wake_run(wanted_run_id uuid) RETURNS void LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    owner_id uuid;
BEGIN
    UPDATE runs SET wake_wanted = wake_wanted + 1 WHERE id = wanted_run_id RETURNING user_id INTO owner_id;
    IF owner_id IS NOT NULL THEN
        PERFORM defer_job('drive_run', jsonb_build_object('run_id', wanted_run_id, 'user_id', owner_id));
    END IF;
END $$;
