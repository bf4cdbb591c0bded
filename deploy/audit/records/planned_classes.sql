select c.id, c.code, c.facility_id, c.space_id, c.agreement_id, c.starts_at, c.ends_at, c.booking_id,
  c.reserved_at is not null as reserved, c.state = 'CANCELLED' as cancelled,
  coalesce(said.at < now() - interval '2 minutes', false) as settled,
  (c.starts_at at time zone zone.name)::date as first_day,
  (coalesce(c.ends_at, c.starts_at) at time zone zone.name)::date as last_day,
  array(select (each ->> 'id')::uuid from jsonb_array_elements(c.instructors) each
    order by 1) as instructors
from class c
cross join lateral (select case c.time_zone when 'WIB' then 'Asia/Jakarta'
  when 'WITA' then 'Asia/Makassar' else 'Asia/Jayapura' end as name) zone
left join lateral (select max(recorded_at) as at from event
  where stream_id = c.id and topic = 'enrollment.class.cancelled') said on true
order by c.code
