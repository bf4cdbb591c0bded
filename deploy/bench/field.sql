-- Made-up people and programmes for the bench. Every id is a number in a UUID, so that pgbench can
-- name people and classes by counting.
create or replace function enrollment.bench_id(p_kind int, p_number bigint) returns uuid
language sql immutable parallel safe
return (lpad(to_hex(p_kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(p_number), 12, '0'))::uuid;

-- People from number p_from to p_to, prospective entrepreneurs of one regency.
create or replace procedure enrollment.bench_people(p_from int, p_to int)
language sql
as $$
  insert into enrollment.participant (id, nik_cipher, nik_key_id, nik_index, nik_masked, name,
    birth_date, sex, entrant_kind, rule_version, legal_basis, consents, home_area_code,
    home_province_code, home_regency_code, warnings, synthetic, version, created_at)
  select enrollment.bench_id(1, n), decode(repeat('00', 44), 'hex'), 'bench',
    sha256(('bench ' || n)::bytea), '0000********0000', 'DATA SINTETIS ' || n, date '1990-01-01',
    case when n % 2 = 0 then 'FEMALE' else 'MALE' end, 'PROSPECTIVE', 'PP-7-2021', 'PUBLIC_TASK',
    '[]', '32.73.01', '32', '32.73', '{}', true, 1, now()
  from generate_series(p_from, p_to) n
$$;

-- A programme of its own with p_classes classes, so that everybody may claim once more.
create or replace procedure enrollment.bench_program(
  p_program int, p_classes int, p_capacity int, p_reserve int
) language sql
as $$
  insert into enrollment.program (id, code, name, owner_ministry, entrant_kinds, min_age, max_age,
    area_codes, size_criterion, rule_version, default_capacity, default_reserve_capacity, synthetic,
    version, created_at)
  values (enrollment.bench_id(2, p_program), 'BENCH-' || p_program, 'DATA SINTETIS', 'MANPOWER',
    '{PROSPECTIVE}', 18, 60, '{}', 'BY_FOUNDING', 'PP-7-2021', 16, 2, true, 1, now());
  insert into enrollment.wave (id, program_id, code, name, opens_at, closes_at, start_rule,
    starts_at, synthetic, version, created_at)
  values (enrollment.bench_id(3, p_program), enrollment.bench_id(2, p_program), 'BENCH',
    'DATA SINTETIS', '2020-01-01', '2100-01-01', 'SAME_INSTANT', '2100-01-02', true, 1, now());
  insert into enrollment.class (id, program_id, wave_id, code, label, facility_id, facility_code,
    facility_name, facility_kind, host_ministry, owner_ministry, province_code, regency_code,
    time_zone, latitude, longitude, space_id, space_name, space_capacity, agreement_id,
    agreement_number, module_id, module_title, module_version, module_hours, instructors, starts_at,
    opens_at, closes_at, capacity, reserve_capacity, state, synthetic, version, created_at)
  select enrollment.bench_id(4, p_program * 1000 + n), enrollment.bench_id(2, p_program),
    enrollment.bench_id(3, p_program), 'BENCH-' || p_program || '-' || n, 'DATA SINTETIS',
    enrollment.bench_id(5, n), 'BENCH-' || n, 'DATA SINTETIS', 'UPTD', 'MANPOWER', 'MANPOWER', '32',
    '32.73', 'WIB', -6.9, 107.6, enrollment.bench_id(6, n), 'DATA SINTETIS', p_capacity,
    enrollment.bench_id(7, 0), 'BENCH', enrollment.bench_id(8, 0), 'DATA SINTETIS', '1', 40, '[]',
    '2100-01-02', '2020-01-01', '2100-01-01', p_capacity, p_reserve, 'PLANNED', true, 1, now()
  from generate_series(0, p_classes - 1) n
$$;

-- What a programme asks beyond: two home areas, two kinds, and quotas of both kinds for its wave,
-- large enough to refuse nobody, so that every claim is weighed and counted.
create or replace procedure enrollment.bench_terms(p_program int)
language sql
as $$
  update enrollment.program set area_codes = '{31.71,32}', entrant_kinds = '{PROSPECTIVE,MICRO}'
  where id = enrollment.bench_id(2, p_program);
  insert into enrollment.wave_quota (id, wave_id, dimension, value, kind, seats, release_at)
  values (enrollment.bench_id(10, p_program * 10 + 1), enrollment.bench_id(3, p_program),
      'PROVINCE', '32', 'AT_MOST', 1000000, null),
    (enrollment.bench_id(10, p_program * 10 + 2), enrollment.bench_id(3, p_program),
      'SEX', 'FEMALE', 'AT_LEAST', 100, '2100-01-01');
$$;

-- Claims of people number p_from to p_to, p_each to a class, by the desk's own function, which
-- writes their events and answers too; returns how many were granted.
create or replace function enrollment.bench_claims(
  p_program int, p_each int, p_from int, p_to int
) returns bigint
language sql
as $$
  select count(*)
  from (select array_agg(enrollment.bench_id(4, p_program * 1000 + n / p_each) order by n) as classes,
      array_agg(enrollment.bench_id(9, p_program * 1000000 + n) order by n) as ids,
      array_agg(enrollment.bench_id(1, n) order by n) as people,
      array_agg('bench|filled'::text) as callers, array_agg('filled-' || n order by n) as keys,
      array_agg(sha256('filled'::bytea)) as hashes, array_agg(now()) as moments,
      array_agg('bench'::text) as requests
    from generate_series(p_from, p_to) n) a
  cross join lateral enrollment.claim_seats(a.classes, a.ids, a.people, a.callers, a.keys, a.hashes,
    a.moments, a.requests) c
  where c.outcome = 'claimed'
$$;

-- The hour of a programme's classes has come; nobody can claim any more.
create or replace procedure enrollment.bench_start(p_program int)
language sql
as $$
  update enrollment.class set starts_at = now() - interval '1 minute',
    closes_at = now() - interval '1 hour'
  where program_id = enrollment.bench_id(2, p_program);
$$;

-- Everybody in a programme has completed, at a facility that the registry knows.
create or replace procedure enrollment.bench_complete(p_program int, p_facility uuid)
language sql
as $$
  update enrollment.class set state = 'COMPLETED', facility_id = p_facility,
    starts_at = now() - interval '10 days', closes_at = now() - interval '20 days',
    opened_at = now() - interval '10 days', opening_reported_at = now() - interval '10 days',
    completed_at = now()
  where program_id = enrollment.bench_id(2, p_program);
  update enrollment.enrollment set state = 'COMPLETED', presence = 'PRESENT', decided_at = now(),
    facility_id = p_facility
  where program_id = enrollment.bench_id(2, p_program);
$$;
