-- The tables over which sqlsmith makes its statements (tests/hunt); plain names, since it quotes none. Run by
-- tests/differential, which leaves them on both servers.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE companies (id bigint PRIMARY KEY, name text NOT NULL, state mood, founded date, budget numeric(12,2));
-- @cluster SELECT create_distributed_table('companies', 'id', shard_count => 6)
CREATE TABLE campaigns (company_id bigint NOT NULL, id bigint NOT NULL, name text, gone text,
    budget numeric(12,2), started timestamptz DEFAULT '2024-01-01', tags text[], details jsonb, PRIMARY KEY (company_id, id));
ALTER TABLE campaigns DROP COLUMN gone;
-- @cluster SELECT create_distributed_table('campaigns', 'company_id', colocate_with => 'companies')
ALTER TABLE campaigns ADD FOREIGN KEY (company_id) REFERENCES companies (id);
CREATE TABLE visits (place text, visitor uuid, seen timestamp, duration interval, score double precision, weight real, flag boolean,
    numbers integer[], span int4range, address inet, raw bytea);
-- @cluster SELECT create_distributed_table('visits', 'place', colocate_with => 'none', shard_count => 5)
CREATE INDEX ON visits (seen);
CREATE TABLE countries (code char(2) PRIMARY KEY, name varchar(40), area integer, since date);
-- @cluster SELECT create_reference_table('countries')
CREATE TABLE notes (id integer PRIMARY KEY, company_id bigint, body text, at time, bits bit(4));
INSERT INTO companies SELECT i, 'company ' || i, (ARRAY['sad', 'ok', 'happy', NULL])[1 + i % 4]::mood, date '2000-01-01' + i * 100, i * 10.5
    FROM generate_series(1, 40) i;
INSERT INTO campaigns (company_id, id, name, budget, tags, details)
    SELECT 1 + i % 40, i, nullif('campaign ' || i % 9, 'campaign 3'), i * 1.5, ARRAY['t' || i % 3, NULL], jsonb_build_object('n', i, 'l', ARRAY[i])
    FROM generate_series(1, 150) i;
INSERT INTO visits SELECT 'place ' || i % 12, md5((i % 20)::text)::uuid, timestamp '2024-01-01' + i * interval '3 hours', i % 5 * interval '1 day',
    i * 0.5, i * 0.25, i % 3 = 0, ARRAY[i, i % 7], int4range(i, i + 5), ('10.0.0.' || i % 250)::inet, decode(md5(i::text), 'hex')
    FROM generate_series(1, 200) i;
INSERT INTO countries SELECT chr(65 + i) || chr(66 + i), 'country ' || i, i * 1000, date '1900-01-01' + i FROM generate_series(0, 20) i;
INSERT INTO notes SELECT i, i % 45, 'note ' || i, time '00:00' + i * interval '11 minutes', (i % 16)::bit(4) FROM generate_series(1, 60) i;
CREATE VIEW big_companies AS SELECT c.id, c.name, count(*) AS campaigns, sum(p.budget) AS budget
    FROM companies c JOIN campaigns p ON p.company_id = c.id GROUP BY c.id, c.name HAVING count(*) > 2;
CREATE VIEW happy AS SELECT * FROM companies WHERE state = 'happy';
