-- The seat desk: one call writes a batch of claims (architecture D4), in one transaction.
-- Arrays hold one element a claim, in the order of arrival. The caller never puts two claims of one
-- person, one key or one id into a batch; a table's key has the last word if it does.
-- Statement 1 locks the classes, alone: whoever waited for the lock sees in what follows what its
-- holder has written, the answer to the same key among it. Where waves have quotas, these are locked
-- next; who holds them is the only one who gives or takes a seat of the wave.
-- Statement 2 judges, and claims only as many seats and places in line as there are, so that nobody
-- has to give a claim back. Who lost the race for his own claim leaves a place that a later claim
-- of the batch was refused: such a claim gets the outcome `again` and belongs into the next batch.
-- A wave with quotas judges its claims one by one in enrollment.judge_quotas, and stands by what that
-- said: if somebody lost the race for his own claim there, the next promotion fills the seat.
-- Every lateral part and every `exists` probes one key; the settings, and `offset 0`, keep a plan that
-- was made while the tables were small from reading them in full once they are large: without it an
-- `exists` is hashed, the whole table for each batch.
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
declare
  v_waves uuid[];
  v_quotas uuid[];
begin
  perform set_config('app.scope', '{"system": true, "reaches": []}', true);
  select array_agg(wave_id) into v_waves from (select wave_id from enrollment.class
    where id = any (p_class) order by id for no key update) c;
  select array_agg(id), array_agg(wave_id) into v_quotas, v_waves from (
    select id, wave_id from enrollment.wave_quota
    where wave_id = any (v_waves) order by id for no key update) q;
  return query
  with totals as materialized (
    select c.wave_id, sum(c.capacity) as capacity, sum(c.taken) as taken from enrollment.class c
    where c.state <> 'CANCELLED' and c.wave_id in (select q.wave_id from enrollment.wave_quota q
      where q.id = any (v_quotas) and q.release_at > p_arrived[1])
    group by c.wave_id
  ),
  quotas as materialized (
    select q.*, case q.kind when 'AT_MOST' then q.seats - q.taken
      else (t.capacity - q.seats) - (t.taken - q.taken) end as spare
    from enrollment.wave_quota q left join totals t on t.wave_id = q.wave_id
    where q.id = any (v_quotas)
  ),
  asked as materialized (
    select r.*, d.day, c.program_id, c.wave_id, c.facility_id, c.facility_kind,
      c.trade, c.province_code, c.regency_code, c.owner_ministry, c.co_ministry, c.host_ministry,
      case when c.waiting > 0 and c.promotes and (v_quotas is null or exists (
          select from enrollment.enrollment e where e.class_id = c.id and e.state = 'WAITLISTED'
            and e.waitlist_number is not null and not exists (select from quotas q
              where q.wave_id = e.wave_id and q.spare <= 0
                and (q.release_at is null or r.arrived < q.release_at)
                and (q.kind = 'AT_MOST') = enrollment.in_quota(q.dimension, q.value,
                  e.home_province_code, e.sex, e.entrant_kind, e.disability)))) then 0
        else c.capacity - c.taken end as free,
      case when c.promotes then c.reserve_capacity - c.waiting else 0 end as room,
      c.next_waitlist_number, p.nik_index, p.sex, p.entrant_kind, p.age,
      p.home_province_code, p.home_regency_code, p.disability, k.body,
      case
        when k.body_hash = r.hash then 'replayed'
        when k.body_hash is not null then 'idempotency-key-reused'
        when c.id is null then 'class-unknown'
        when p.id is null then 'participant-unknown'
        when p.restricted_at is not null then 'person-restricted'
        when c.selection <> 'FIRST_COME' and c.announced_at is null then 'selection-pending'
        when r.arrived < c.opens_at then 'window-not-open'
        when r.arrived >= c.closes_at then 'window-closed'
        when c.state <> 'PLANNED' then 'class-not-open'
        when p.judged_kind <> all (c.entrant_kinds) then 'not-eligible-kind'
        when p.age not between c.min_age and c.max_age then 'not-eligible-age'
        when c.area_codes <> '{}' and p.home_province_code <> all (c.area_codes)
          and p.home_regency_code <> all (c.area_codes) then 'not-eligible-area'
        when p.age < 18 and p.guardian_consent_at is null and c.confirm_hours is null
          then 'guardian-missing'
        when exists (select from enrollment.enrollment e
          where e.class_id = r.class_id and e.id = r.id offset 0) then 'id-taken'
        when exists (select from enrollment.program_claim x
          where x.program_id = c.program_id and x.nik_index = p.nik_index offset 0)
          then 'already-enrolled'
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
  weighed as materialized (
    select a.ord, dense_rank() over (order by a.class_id) as place, a.free, a.room, w.counts
    from asked a cross join lateral (
      select array_agg(q.wave_id = a.wave_id
        and (q.release_at is null or a.arrived < q.release_at)
        and (q.kind = 'AT_MOST') = enrollment.in_quota(q.dimension, q.value,
          a.home_province_code, a.sex, a.entrant_kind, a.disability) order by q.id) as counts
      from quotas q) w
    where a.outcome is null and a.wave_id = any (v_waves)
  ),
  judged as materialized (
    select j.* from (select array_agg(w.ord order by w.ord) as ords,
        array_agg(w.place order by w.ord) as places, array_agg(w.free order by w.ord) as frees,
        array_agg(w.room order by w.ord) as rooms, array_agg(w.counts order by w.ord) as counts
      from weighed w having count(*) > 0) w
    cross join lateral (select array_agg(q.id order by q.id) as ids,
      array_agg(q.spare order by q.id) as spares from quotas q offset 0) q
    cross join lateral enrollment.judge_quotas(
      w.ords, w.places, w.frees, w.rooms, w.counts, q.ids, q.spares) j
  ),
  ranked as materialized (
    select a.*, j.verdict, j.quota, coalesce(j.verdict in ('SEATED', 'WAITLISTED'),
      row_number() over (partition by a.class_id, a.outcome is null order by a.ord)
        <= a.free + a.room) as fits
    from asked a left join judged j on j.ord = a.ord
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
      count(x.enrollment_id) filter (where r.verdict = 'WAITLISTED')
        over (partition by r.class_id order by r.ord) as late,
      bool_or(r.outcome is null and r.fits and x.enrollment_id is null)
        over (partition by case when r.verdict is null then r.class_id else r.wave_id end)
        as left_over
    from ranked r left join claimed x on x.class_id = r.class_id and x.enrollment_id = r.id
  ),
  placed as materialized (
    select w.*, s.*,
      format('{"id":"%s","class_id":"%s","participant_id":"%s","program_id":"%s","state":"%s",'
        '"waitlist_number":%s,"arrived_at":"%s"}', id, class_id, participant_id, program_id,
        s.state, coalesce(s.waitlist_number::text, 'null'),
        to_char(arrived at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) as answer
    from counted w cross join lateral (select
      coalesce(verdict, case when rank <= free then 'SEATED' else 'WAITLISTED' end) as state,
      case when verdict = 'WAITLISTED' then next_waitlist_number + late::int - 1
        when verdict is null and rank > free then next_waitlist_number + (rank - free)::int - 1
        end as waitlist_number,
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
  quota_counts as (
    update enrollment.wave_quota q set taken = q.taken + n.members
    from (select q.id, count(*) as members from quotas q join placed p on p.wave_id = q.wave_id
        and p.state = 'SEATED' and enrollment.in_quota(q.dimension, q.value,
          p.home_province_code, p.sex, p.entrant_kind, p.disability)
      group by q.id) n
    where q.id = n.id
  ),
  enrollments as (
    insert into enrollment.enrollment (class_id, id, participant_id, program_id, wave_id, state,
      waitlist_number, waited, presence, arrived_at, sex, age_band, entrant_kind,
      home_province_code, home_regency_code, province_code, regency_code, facility_id,
      owner_ministry, co_ministry, host_ministry, version, disability)
    select class_id, id, participant_id, program_id, wave_id, state, waitlist_number,
      waitlist_number is not null, 'UNREPORTED', arrived, sex, age_band, entrant_kind,
      home_province_code, home_regency_code, province_code, regency_code, facility_id,
      owner_ministry, co_ministry, host_ministry, 1, disability
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
        state, 'waited', waitlist_number is not null, 'presence', 'UNREPORTED',
        'disability', disability, 'trade', trade, 'applied', false))
    from placed order by class_id, ord
  ),
  answers as (
    insert into enrollment.idempotency
      (stream_id, caller, operation, key, body_hash, status, body)
    select class_id, caller, 'claim_seat', key, hash, 201, convert_to(answer, 'UTF8')
    from placed order by class_id, caller, key
  )
  select c.ord, case when c.outcome is not null then c.outcome when c.won then 'claimed'
      when c.fits then 'already-enrolled' when c.left_over then 'again'
      else coalesce(c.verdict, 'class-full') end,
    case when c.outcome = 'replayed' then (convert_from(c.body, 'UTF8')::json ->> 'id')::uuid
      else c.id end,
    case when c.outcome = 'replayed' then c.body
      when c.outcome in ('selection-pending', 'window-not-open', 'window-closed', 'class-not-open')
        then (select convert_to(jsonb_build_object(
          'present', case c.outcome when 'class-not-open' then k.state
            when 'selection-pending' then 'PENDING' when 'window-closed' then 'CLOSED'
            else 'NOT_OPEN' end,
          'allowed', jsonb_build_array(case c.outcome when 'class-not-open' then 'PLANNED'
            when 'selection-pending' then 'ANNOUNCED' else 'OPEN' end),
          'opens_at', k.opens_at, 'closes_at', k.closes_at)::text, 'UTF8')
          from enrollment.class k where k.id = c.class_id)
      when c.outcome is null and c.quota is not null then (select convert_to(jsonb_build_object(
          'dimension', q.dimension, 'value', q.value, 'kind', q.kind, 'seats', q.seats,
          'release_at', q.release_at)::text, 'UTF8') from quotas q where q.id = c.quota)
      else convert_to(p.answer, 'UTF8') end
  from counted c left join placed p on p.ord = c.ord;
end $$;
