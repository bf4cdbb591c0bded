-- The seat desk: one call writes a batch of claims (architecture D4), in one transaction.
-- Arrays hold one element a claim, in the order of arrival. The caller never puts two claims of one
-- person, one key or one id into a batch; a table's key has the last word if it does.
-- Statement 1 locks the classes, alone: whoever waited for the lock sees in statement 2 what its
-- holder has written, the answer to the same key among it.
-- Statement 2 judges, and claims only as many seats and places in line as there are, so that nobody
-- has to give a claim back. Who lost the race for his own claim leaves a place that a later claim
-- of the batch was refused: such a claim gets the outcome `again` and belongs into the next batch.
-- Every lateral part probes one key; the settings keep a plan that was made while the tables were
-- small from reading them in full once they are large.
create or replace function enrollment.claim_seats(
  p_class uuid[], p_id uuid[], p_participant uuid[], p_caller text[], p_key text[], p_hash bytea[],
  p_arrived timestamptz[], p_request text[]
) returns table (ord bigint, outcome text, enrollment_id uuid, body bytea)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
begin
  perform set_config('app.scope', '{"system": true, "reaches": []}', true);
  perform 1 from enrollment.class where id = any (p_class) order by id for no key update;
  return query
  with asked as materialized (
    select r.*, d.day, c.program_id, c.wave_id, c.facility_id, c.facility_kind,
      c.province_code, c.regency_code, c.owner_ministry, c.co_ministry, c.host_ministry,
      case when c.waiting > 0 and c.promotes then 0 else c.capacity - c.taken end as free,
      case when c.promotes then c.reserve_capacity - c.waiting else 0 end as room,
      c.next_waitlist_number, p.nik_index, p.sex, p.entrant_kind, p.age,
      p.home_province_code, p.home_regency_code, k.body,
      case
        when k.body_hash = r.hash then 'replayed'
        when k.body_hash is not null then 'idempotency-key-reused'
        when c.id is null then 'class-unknown'
        when p.id is null then 'participant-unknown'
        when r.arrived < c.opens_at then 'window-not-open'
        when r.arrived >= c.closes_at then 'window-closed'
        when c.state <> 'PLANNED' then 'class-not-open'
        when p.judged_kind <> all (c.entrant_kinds) then 'not-eligible-kind'
        when p.age not between c.min_age and c.max_age then 'not-eligible-age'
        when c.area_codes <> '{}' and p.home_province_code <> all (c.area_codes)
          and p.home_regency_code <> all (c.area_codes) then 'not-eligible-area'
        when exists (select from enrollment.enrollment e
          where e.class_id = r.class_id and e.id = r.id) then 'id-taken'
        when exists (select from enrollment.program_claim x
          where x.program_id = c.program_id and x.nik_index = p.nik_index) then 'already-enrolled'
      end as outcome
    from unnest(p_class, p_id, p_participant, p_caller, p_key, p_hash, p_arrived, p_request)
      with ordinality as r (class_id, id, participant_id, caller, key, hash, arrived, request, ord)
    cross join lateral (select (r.arrived at time zone 'Asia/Jakarta')::date as day offset 0) d
    left join lateral (
      select c.*, g.entrant_kinds, g.min_age, g.max_age, g.area_codes, g.size_criterion,
        c.promote_until is null or r.arrived < c.promote_until as promotes
      from enrollment.class c join lateral (
        select * from enrollment.program g where g.id = c.program_id offset 0) g on true
      where c.id = r.class_id offset 0) c on true
    left join lateral (
      select p.*,
        case when p.birth_date > d.day then -1
          else extract(year from age(d.day::timestamp, p.birth_date::timestamp))::int end as age,
        case c.size_criterion
          when 'CAPITAL' then coalesce(p.kind_by_capital, p.entrant_kind)
          when 'SALES' then coalesce(p.kind_by_sales, p.entrant_kind)
          else p.entrant_kind end as judged_kind
      from enrollment.participant p where p.id = r.participant_id offset 0) p on true
    left join lateral (
      select k.body_hash, k.body from enrollment.idempotency k
      where k.stream_id = r.class_id and k.caller = r.caller
        and k.operation = 'claim_seat' and k.key = r.key offset 0) k on true
  ),
  ranked as materialized (
    select *, row_number() over (partition by class_id, outcome is null order by ord)
      <= free + room as fits
    from asked
  ),
  claimed as (
    insert into enrollment.program_claim (program_id, nik_index, class_id, enrollment_id)
    select program_id, nik_index, class_id, id from ranked where outcome is null and fits
    order by program_id, nik_index
    on conflict do nothing
    returning class_id, enrollment_id
  ),
  counted as materialized (
    select r.*, x.enrollment_id is not null as won,
      count(x.enrollment_id) over (partition by r.class_id order by r.ord) as rank,
      bool_or(r.outcome is null and r.fits and x.enrollment_id is null)
        over (partition by r.class_id) as left_over
    from ranked r left join claimed x on x.class_id = r.class_id and x.enrollment_id = r.id
  ),
  placed as materialized (
    select w.*, s.*,
      format('{"id":"%s","class_id":"%s","participant_id":"%s","program_id":"%s","state":"%s",'
        '"waitlist_number":%s,"arrived_at":"%s"}', id, class_id, participant_id, program_id,
        s.state, coalesce(s.waitlist_number::text, 'null'),
        to_char(arrived at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) as answer
    from counted w cross join lateral (select
      case when rank <= free then 'SEATED' else 'WAITLISTED' end as state,
      case when rank > free then next_waitlist_number + (rank - free)::int - 1 end
        as waitlist_number,
      case when age < 18 then 'UNDER_18' when age < 25 then '18_24' when age < 35 then '25_34'
        when age < 45 then '35_44' when age < 55 then '45_54' else '55_PLUS' end as age_band) s
    where won
  ),
  counts as (
    update enrollment.class c
    set taken = taken + n.seated, waiting = waiting + n.waitlisted,
      next_waitlist_number = next_waitlist_number + n.waitlisted
    from (select class_id, count(*) - count(waitlist_number) as seated,
        count(waitlist_number) as waitlisted from placed group by class_id) n
    where c.id = n.class_id
  ),
  enrollments as (
    insert into enrollment.enrollment (class_id, id, participant_id, program_id, wave_id, state,
      waitlist_number, waited, presence, arrived_at, sex, age_band, entrant_kind,
      home_province_code, home_regency_code, province_code, regency_code, facility_id,
      owner_ministry, co_ministry, host_ministry, version)
    select class_id, id, participant_id, program_id, wave_id, state, waitlist_number,
      waitlist_number is not null, 'UNREPORTED', arrived, sex, age_band, entrant_kind,
      home_province_code, home_regency_code, province_code, regency_code, facility_id,
      owner_ministry, co_ministry, host_ministry, 1
    from placed order by class_id, id
  ),
  events as (
    insert into enrollment.event (stream_id, id, topic, schema, version, province_code,
      regency_code, facility_id, owner_ministry, co_ministry, host_ministry, participant_id,
      occurred_at, actor, request_id, payload)
    select class_id, uuidv7(), 'enrollment.enrollment.claimed', 1, 1, province_code, regency_code,
      facility_id, owner_ministry, co_ministry, host_ministry, participant_id, arrived, caller,
      request, jsonb_build_object('enrollment_id', id, 'class_id', class_id, 'participant_id',
        participant_id, 'before', null, 'after', jsonb_build_object('program_id', program_id,
        'wave_id', wave_id, 'facility_id', facility_id, 'province_code', province_code,
        'regency_code', regency_code, 'home_province_code', home_province_code,
        'home_regency_code', home_regency_code, 'facility_kind', facility_kind, 'host_ministry',
        host_ministry, 'sex', sex, 'age_band', age_band, 'entrant_kind', entrant_kind, 'state',
        state, 'waited', waitlist_number is not null, 'presence', 'UNREPORTED'))
    from placed order by class_id, ord
  ),
  answers as (
    insert into enrollment.idempotency
      (stream_id, caller, operation, key, body_hash, status, body)
    select class_id, caller, 'claim_seat', key, hash, 201, convert_to(answer, 'UTF8')
    from placed order by class_id, caller, key
  )
  select c.ord, case when c.outcome is not null then c.outcome when c.won then 'claimed'
      when c.fits then 'already-enrolled' when c.left_over then 'again' else 'class-full' end,
    case when c.outcome = 'replayed' then (convert_from(c.body, 'UTF8')::json ->> 'id')::uuid
      else c.id end,
    case when c.outcome = 'replayed' then c.body else convert_to(p.answer, 'UTF8') end
  from counted c left join placed p on p.ord = c.ord;
end $$;
