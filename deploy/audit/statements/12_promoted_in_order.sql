-- nobody was promoted past somebody who had waited longer, unless a quota kept that one out
-- invariant: I13
-- database: enrollment
-- looks at: enrollment where waited
select format('class %s: number %s has a seat, number %s has none', class_id, last_in, first_out)
  as what
from (
  select e.class_id, max(e.waitlist_number) filter (
      where e.state in ('OFFERED', 'SEATED', 'COMPLETED', 'DROPPED_OUT')) as last_in,
    min(e.waitlist_number) filter (where e.state in ('WAITLISTED', 'NOT_PLACED')
      and not exists (select from wave_quota q where q.wave_id = e.wave_id and (q.kind = 'AT_MOST')
        = enrollment.in_quota(q.dimension, q.value, e.home_province_code, e.sex, e.entrant_kind,
          e.disability))) as first_out
  from enrollment e where e.waited group by e.class_id) e
where last_in > first_out
