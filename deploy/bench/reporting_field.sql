CREATE OR REPLACE FUNCTION pg_temp.bench_class(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT ('00000002-0000-7000-8000-' || lpad((n % 2000)::text, 12, '0'))::uuid
$$;

-- A claim that enrollment might have told of, made up from its number: the same every time. A
-- facility lies in one province, most of its people live there, the others as by chance.
CREATE OR REPLACE FUNCTION pg_temp.bench_claim(n bigint, provinces text[], wave bigint)
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object(
    'enrollment_id', '00000001-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
    'class_id', pg_temp.bench_class(n),
    'participant_id', '00000006-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
    'before', NULL,
    'after', jsonb_build_object(
      'program_id', '00000004-0000-7000-8000-000000000000',
      'wave_id', '00000005-0000-7000-8000-' || lpad(wave::text, 12, '0'),
      'facility_id', '00000003-0000-7000-8000-' || lpad((n % 625)::text, 12, '0'),
      'province_code', p.host,
      'regency_code', p.host || '.0' || (1 + n % 625 % 3),
      'home_province_code', p.home,
      'home_regency_code', p.home || '.0' || (1 + h.one % 4),
      'facility_kind', 'BLKK',
      'host_ministry', 'MANPOWER',
      'sex', (ARRAY['FEMALE', 'MALE'])[1 + h.one % 2],
      'age_band', (ARRAY['18_24', '25_34', '55_PLUS'])[1 + h.two % 3],
      'entrant_kind', (ARRAY['MICRO', 'SMALL', 'PROSPECTIVE'])[1 + h.one % 3],
      'state', CASE WHEN h.two % 10 = 0 THEN 'WAITLISTED' ELSE 'SEATED' END,
      'waited', h.two % 10 = 0,
      'presence', 'UNREPORTED',
      'disability', false,
      'trade', '',
      'applied', false))
  FROM (SELECT (n * 7919 % 104729)::int AS one, (n * 104723 % 7907)::int AS two) h
  CROSS JOIN LATERAL (
    SELECT q.host, CASE WHEN h.one % 5 > 0 THEN q.host
      ELSE provinces[1 + h.two % cardinality(provinces)] END AS home
    FROM (SELECT provinces[1 + n % 625 % cardinality(provinces)] AS host) q) p
$$;
