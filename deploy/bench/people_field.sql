-- People to find: as many as are wanted, with names, birth dates and homes that differ, and an
-- identity each. Names are put together from lists; one birth date in twenty is a first of January,
-- as registers have it where nobody knew the day. Every province has its share.
create or replace procedure enrollment.bench_persons(
  p_from int, p_to int, p_first text[], p_second text[]
) language sql
as $$
  with made as materialized (
    select n, enrollment.bench_id(13, n) as id, sha256(('person ' || n)::bytea) as nik_index,
      p_first[1 + n % cardinality(p_first)] || ' '
        || p_second[1 + (n / cardinality(p_first)) % cardinality(p_second)] || ' '
        || p_second[1 + (n::bigint * 7919 / 13) % cardinality(p_second)] as name,
      case when n % 20 = 0 then make_date(1960 + n / 20 % 45, 1, 1)
        else date '1960-01-01' + (n::bigint * 7877 % 16400)::int end as birth_date,
      (array['11', '12', '13', '14', '15', '16', '17', '18', '19', '21', '31', '32', '33', '34', '35',
        '36', '51', '52', '53', '61', '62', '63', '64', '65', '71', '72', '73', '74', '75', '76',
        '81', '82', '91', '92', '93', '94', '95', '96'])[1 + n % 38]
        || '.' || lpad((1 + n / 38 % 12)::text, 2, '0') || '.01' as code
    from generate_series(p_from, p_to) n
  ), claimed as (
    insert into enrollment.identity_claim (nik_index, participant_id)
    select nik_index, id from made
  )
  insert into enrollment.participant (id, nik_cipher, nik_key_id, nik_index, nik_masked, name,
    name_key, birth_date, sex, entrant_kind, rule_version, legal_basis, consents, home_area_code,
    home_province_code, home_regency_code, warnings, synthetic, version, created_at)
  select id, decode(repeat('00', 44), 'hex'), 'bench-person', nik_index, '0000********0000', name,
    lower(name), birth_date, case when n % 2 = 0 then 'FEMALE' else 'MALE' end, 'PROSPECTIVE',
    'PP-7-2021', 'PUBLIC_TASK', '[]', code, left(code, 2), left(code, 5), '{}', true, 1, now()
  from made
$$;

-- Give a person a NIK that is looked for.
create or replace procedure enrollment.bench_known(p_id uuid, p_nik_index bytea)
language sql
as $$
  delete from enrollment.identity_claim
  where nik_index = (select nik_index from enrollment.participant where id = p_id);
  insert into enrollment.identity_claim (nik_index, participant_id) values (p_nik_index, p_id);
  update enrollment.participant set nik_index = p_nik_index where id = p_id;
$$;
