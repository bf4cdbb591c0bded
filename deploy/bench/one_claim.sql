-- What a claim costs PostgreSQL alone: the straight-line counterpart of services/enrollment/
-- enrollments/desk.sql for one claim, with the same locks, reads and writes. pgbench calls it once
-- a transaction; its rate is what `balai bench` holds the seat desk against.
create or replace function enrollment.claim_one(
  p_class uuid, p_id uuid, p_participant uuid, p_caller text, p_key text, p_hash bytea,
  p_arrived timestamptz, p_request text
) returns table (outcome text, body bytea)
language plpgsql
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
  v_day date := (p_arrived at time zone 'Asia/Jakarta')::date;
  c enrollment.class;
  g enrollment.program;
  p enrollment.participant;
  k record;
  v_age int;
  v_band text;
  v_state text;
  v_number int;
  v_body bytea;
begin
  perform set_config('app.scope', '{"system": true, "reaches": []}', true);
  select * into c from enrollment.class where id = p_class for no key update;
  select body_hash, body into k from enrollment.idempotency
    where stream_id = p_class and caller = p_caller and operation = 'claim_seat' and key = p_key;
  if found then
    return query select case when k.body_hash = p_hash then 'replayed'
      else 'idempotency-key-reused' end, case when k.body_hash = p_hash then k.body end;
    return;
  end if;
  if c.id is null then return query select 'class-unknown', null::bytea; return; end if;
  select * into g from enrollment.program where id = c.program_id;
  select * into p from enrollment.participant where id = p_participant;
  if p.id is null then return query select 'participant-unknown', null::bytea; return; end if;
  v_age := extract(year from age(v_day::timestamp, p.birth_date::timestamp));
  if p_arrived < c.opens_at or p_arrived >= c.closes_at or c.state <> 'PLANNED' then
    return query select 'window-closed', null::bytea; return;
  end if;
  if (case g.size_criterion when 'CAPITAL' then coalesce(p.kind_by_capital, p.entrant_kind)
      when 'SALES' then coalesce(p.kind_by_sales, p.entrant_kind) else p.entrant_kind end)
      <> all (g.entrant_kinds)
    or v_age not between g.min_age and g.max_age
    or (g.area_codes <> '{}' and p.home_province_code <> all (g.area_codes)
      and p.home_regency_code <> all (g.area_codes)) then
    return query select 'not-eligible', null::bytea; return;
  end if;
  if exists (select from enrollment.enrollment where class_id = p_class and id = p_id) then
    return query select 'id-taken', null::bytea; return;
  end if;
  if c.waiting = 0 and c.taken < c.capacity then
    v_state := 'SEATED';
  elsif c.waiting < c.reserve_capacity
    and (c.promote_until is null or p_arrived < c.promote_until) then
    v_state := 'WAITLISTED';
    v_number := c.next_waitlist_number;
  else
    return query select 'class-full', null::bytea; return;
  end if;
  insert into enrollment.program_claim (program_id, nik_index, class_id, enrollment_id)
    values (c.program_id, p.nik_index, p_class, p_id) on conflict do nothing;
  if not found then return query select 'already-enrolled', null::bytea; return; end if;
  update enrollment.class
    set taken = taken + (v_number is null)::int, waiting = waiting + (v_number is not null)::int,
      next_waitlist_number = next_waitlist_number + (v_number is not null)::int
    where id = p_class;
  v_band := case when v_age < 18 then 'UNDER_18' when v_age < 25 then '18_24'
    when v_age < 35 then '25_34' when v_age < 45 then '35_44' when v_age < 55 then '45_54'
    else '55_PLUS' end;
  insert into enrollment.enrollment (class_id, id, participant_id, program_id, wave_id, state,
      waitlist_number, waited, presence, arrived_at, sex, age_band, entrant_kind,
      home_province_code, home_regency_code, province_code, regency_code, facility_id,
      owner_ministry, co_ministry, host_ministry, version, disability)
    values (p_class, p_id, p_participant, c.program_id, c.wave_id, v_state, v_number,
      v_number is not null, 'UNREPORTED', p_arrived, p.sex, v_band, p.entrant_kind,
      p.home_province_code, p.home_regency_code, c.province_code, c.regency_code, c.facility_id,
      c.owner_ministry, c.co_ministry, c.host_ministry, 1, p.disability);
  insert into enrollment.event (stream_id, id, topic, schema, version, province_code, regency_code,
      facility_id, owner_ministry, co_ministry, host_ministry, participant_id, occurred_at, actor,
      request_id, payload)
    values (p_class, uuidv7(), 'enrollment.enrollment.claimed', 1, 1, c.province_code,
      c.regency_code, c.facility_id, c.owner_ministry, c.co_ministry, c.host_ministry,
      p_participant, p_arrived, p_caller, p_request, jsonb_build_object('enrollment_id', p_id,
        'class_id', p_class, 'participant_id', p_participant, 'before', null, 'after',
        jsonb_build_object('program_id', c.program_id, 'wave_id', c.wave_id, 'facility_id',
        c.facility_id, 'province_code', c.province_code, 'regency_code', c.regency_code,
        'home_province_code', p.home_province_code, 'home_regency_code', p.home_regency_code,
        'facility_kind', c.facility_kind, 'host_ministry', c.host_ministry, 'sex', p.sex,
        'age_band', v_band, 'entrant_kind', p.entrant_kind, 'state', v_state, 'waited',
        v_number is not null, 'presence', 'UNREPORTED', 'disability', p.disability,
        'trade', c.trade, 'applied', false)));
  v_body := convert_to(format('{"id":"%s","class_id":"%s","participant_id":"%s","program_id":"%s",'
    '"state":"%s","waitlist_number":%s,"arrived_at":"%s"}', p_id, p_class, p_participant,
    c.program_id, v_state, coalesce(v_number::text, 'null'),
    to_char(p_arrived at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8');
  insert into enrollment.idempotency (stream_id, caller, operation, key, body_hash, status, body)
    values (p_class, p_caller, 'claim_seat', p_key, p_hash, 201, v_body);
  return query select 'claimed', v_body;
end $$;
