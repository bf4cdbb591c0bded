-- nobody was promoted past somebody who had waited longer, unless a quota kept that one out
-- invariant: I13
-- database: enrollment
-- looks at: enrollment where waited
/* Quotas are those that a wave has or ever had; of two people whom quotas cannot tell apart, the one
   who had waited longer comes first whatever they were. */
with limited as materialized (
  select wave_id, dimension, value, kind from wave_quota
  union
  select (payload ->> 'wave_id')::uuid, q ->> 'dimension', q ->> 'value', q ->> 'kind'
  from event cross join lateral jsonb_array_elements(payload -> 'quotas') q
  where topic = 'enrollment.wave.quotas_set'
)
select format('class %s: number %s has a seat, number %s has none', class_id, last_in, first_out)
  as what
from (
  select e.class_id, max(e.waitlist_number) filter (
      where e.state in ('OFFERED', 'SEATED', 'COMPLETED', 'DROPPED_OUT')) as last_in,
    min(e.waitlist_number) filter (where e.state in ('WAITLISTED', 'NOT_PLACED')
      and not exists (select from limited q where q.wave_id = e.wave_id and (q.kind = 'AT_MOST')
        = enrollment.in_quota(q.dimension, q.value, e.home_province_code, e.sex, e.entrant_kind,
          e.disability))) as first_out
  from enrollment e where e.waited group by e.class_id
  union
  select e.class_id, max(e.waitlist_number) filter (
      where e.state in ('OFFERED', 'SEATED', 'COMPLETED', 'DROPPED_OUT')),
    min(e.waitlist_number) filter (where e.state in ('WAITLISTED', 'NOT_PLACED'))
  from enrollment e where e.waited and e.wave_id in (select wave_id from limited)
  group by e.class_id, e.home_province_code, e.sex, e.entrant_kind, e.disability) e
where last_in > first_out
