-- Made-up facilities, spaces, hours and bookings for the bench, in areas that exist, all of them
-- marked as synthetic. The same numbers make the same rows on the same day. Every id is a number in
-- the first bits of a UUID, where those that the service makes hold the time: an index over uuid and
-- range looks at the first bits only. Facilities are in the order of their numbers by code.
create or replace function registry.bench_id(p_kind int, p_number bigint) returns uuid
language sql immutable parallel safe
return (lpad(to_hex(p_number), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(p_kind), 12, '0'))::uuid;

-- Facilities from number p_from to p_to, with five spaces and a week of hours each. Districts are
-- taken in large strides, so that a province has as many as its share of them. One facility in ten
-- states no hours, the others are open from Monday to Friday, one in three on Saturdays as well.
create or replace procedure registry.bench_facilities(p_from int, p_to int)
language sql
as $$
  with district as materialized (
    select code, name, time_zone, row_number() over (order by code) - 1 as place,
      count(*) over () as number
    from registry.area where level = 'DISTRICT' and valid_to is null
  ), made as (
    select n, district.code as area_code, left(district.code, 2) as province_code,
      left(district.code, 5) as regency_code, district.time_zone, district.name as area_name,
      (array['UPTD', 'BLKK', 'BLKK', 'PLUT', 'LPKS', 'PRODUCTION_HOUSE'])[1 + n % 6] as kind
    from generate_series(p_from, p_to) n
    join district on district.place = (n::bigint * 4999) % district.number
  )
  insert into registry.facility (id, code, name, kind, form, institution_id, parent_id,
    owner_ministry, area_code, province_code, regency_code, time_zone, latitude, longitude, status,
    trades, address, synthetic, version, created_at, updated_at, closed_at)
  select registry.bench_id(11, n), 'BENCH-' || lpad(n::text, 6, '0'),
    case kind when 'UPTD' then 'Balai Latihan Kerja' when 'BLKK' then 'BLK Komunitas Pesantren'
      when 'PLUT' then 'PLUT KUMKM' when 'LPKS' then 'Lembaga Pelatihan'
      else 'Rumah Produksi Bersama' end || ' '
    || (array['Melati', 'Mawar', 'Cendana', 'Kenanga', 'Nurul Huda', 'Al Hidayah', 'Darussalam',
      'Miftahul Ulum', 'Cempaka', 'Anggrek', 'Raudhatul Jannah', 'Bougenville', 'Flamboyan',
      'Karya Mandiri', 'Sumber Rejeki', 'Tunas Harapan'])[1 + (n / 6) % 16]
    || ' ' || area_name,
    kind, null, null, null, case when kind in ('PLUT', 'PRODUCTION_HOUSE') then 'MSME'
      else 'MANPOWER' end, area_code, province_code, regency_code, time_zone,
    -10 + (n * 37 % 1600) / 100.0, 95.5 + (n * 61 % 4500) / 100.0, 'ACTIVE',
    array[(array['WELDING', 'GARMENT', 'BAKERY', 'ICT'])[1 + n % 4],
      (array['CARPENTRY', 'AUTOMOTIVE', 'BATIK'])[1 + n % 3]],
    'Jalan Contoh ' || n || ' (DATA SINTETIS)', true, 1, now(), now(), null
  from made;

  insert into registry.facility_period (facility_id, version, valid_from, valid_to, kind, form,
    owner_ministry, institution_id, area_code, status, changed, reason, actor)
  select id, version, created_at, null, kind, form, owner_ministry, institution_id, area_code,
    status, '{}', null, 'bench'
  from registry.facility
  where id between registry.bench_id(11, p_from) and registry.bench_id(11, p_to);

  insert into registry.space (id, facility_id, province_code, regency_code, owner_ministry, name,
    kind, capacity, version, created_at, closed_at)
  select registry.bench_id(12, n * 5 + s), f.id, f.province_code, f.regency_code, f.owner_ministry,
    'Ruang ' || s + 1, case when s < 3 then 'ROOM' else 'WORKSHOP' end,
    10 + 6 * ((n + s) % 5), 1, now(), null
  from generate_series(p_from, p_to) n
  join registry.facility f on f.id = registry.bench_id(11, n)
  cross join generate_series(0, 4) s;

  insert into registry.opening_hours (facility_id, valid_from, weekday, opens, closes, valid_to,
    province_code, regency_code, owner_ministry)
  select f.id, date '2020-01-01', weekday, time '08:00',
    case weekday when 6 then time '12:00' else time '16:00' end, null, f.province_code,
    f.regency_code, f.owner_ministry
  from generate_series(p_from, p_to) n
  join registry.facility f on f.id = registry.bench_id(11, n)
  cross join generate_series(1, 6) weekday
  where n % 10 <> 0 and (weekday < 6 or n % 3 = 0)
$$;

-- Bookings from number p_from to p_to of p_spaces spaces, each space again after all others, six
-- days later each time and from 60 days before p_day on. One in five repeats a week later. Those of
-- one space are never at one time. Half are of the other ministry; of those to come one in ten is
-- only asked for and one in ten was cancelled.
create or replace procedure registry.bench_bookings(
  p_from int, p_to int, p_spaces int, p_day date
) language sql
as $$
  with made as materialized (
    select m, registry.bench_id(13, b) as id, registry.bench_id(12, b % p_spaces) as space_id,
      p_day - 60 + 6 * (b / p_spaces) + b % p_spaces % 6 as day,
      case when m % 5 = 0 then time '13:00' else time '08:30' end as starts,
      case when m % 5 = 0 then time '15:30' else time '11:30' end as ends,
      case when m % 5 = 0 then 1 else 0 end as repeats
    from generate_series(p_from, p_to) b cross join lateral (select b + b / p_spaces) mixed (m)
  ), stated as (
    select made.*, s.facility_id, s.province_code, s.regency_code, s.owner_ministry,
      case when m % 2 = 0 then s.owner_ministry when s.owner_ministry = 'MSME' then 'MANPOWER'
        else 'MSME' end as co_ministry, s.capacity,
      case f.time_zone when 'WIB' then interval '7 hours' when 'WITA' then interval '8 hours'
        else interval '9 hours' end as ahead,
      case when day + 7 * repeats < p_day then 'APPROVED' when m % 10 = 3 then 'REQUESTED'
        when m % 10 = 7 then 'CANCELLED' else 'APPROVED' end as state
    from made
    join registry.space s on s.id = made.space_id
    join registry.facility f on f.id = s.facility_id
  ), booked as (
    insert into registry.booking (id, space_id, facility_id, province_code, regency_code,
      owner_ministry, co_ministry, purpose, class_id, participant_id, agreement_id, people, state,
      starts_at, ends_at, hold_until, requested_by, requested_at, decided_by, decided_at, reason,
      version)
    select id, space_id, facility_id, province_code, regency_code, owner_ministry, co_ministry,
      'MINISTRY', null, null, null, 10, state, ((day + starts) - ahead) at time zone 'UTC',
      ((day + 7 * repeats + ends) - ahead) at time zone 'UTC', null, 'bench', now(), 'bench', now(),
      null, 1
    from stated
  )
  insert into registry.booking_slot (booking_id, position, space_id, facility_id, province_code,
    regency_code, owner_ministry, co_ministry, purpose, during, state)
  select id, week, space_id, facility_id, province_code, regency_code, owner_ministry, co_ministry,
    'MINISTRY', tstzrange(((day + 7 * week + starts) - ahead) at time zone 'UTC',
      ((day + 7 * week + ends) - ahead) at time zone 'UTC'),
    case when state = 'APPROVED' and day + 7 * week < p_day then 'USED' else state end
  from stated cross join generate_series(0, repeats) week
$$;
