-- Parts of codes' texts are found by an index of three letters in a row, however many codes there are: an index of pg_trgm's here, a table
-- of FTS5's on SQLite. The extension comes with PostgreSQL and needs no superuser; where it is not installed or not allowed, a search
-- reads all codes of its workspace, as before.

DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX discount_codes_search ON discount_codes USING gin (code gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'codes are searched without an index: %', SQLERRM;
END
$$;
