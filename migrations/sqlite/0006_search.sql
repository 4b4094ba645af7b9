-- Parts of codes' texts are found by an index of three letters in a row, however many codes there are: a table of FTS5's here, an index of
-- pg_trgm's on PostgreSQL. A code's text never changes and its row is never deleted, so that one trigger keeps the table.

CREATE VIRTUAL TABLE discount_code_texts USING fts5 (
    code, workspace_id UNINDEXED, mode UNINDEXED, id UNINDEXED, tokenize = 'trigram', detail = 'none', columnsize = 0
);
INSERT INTO discount_code_texts (code, workspace_id, mode, id) SELECT code, workspace_id, mode, id FROM discount_codes;
CREATE TRIGGER discount_codes_searched AFTER INSERT ON discount_codes BEGIN
    INSERT INTO discount_code_texts (code, workspace_id, mode, id) VALUES (new.code, new.workspace_id, new.mode, new.id);
END;
