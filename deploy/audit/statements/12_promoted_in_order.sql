-- nobody was promoted past somebody who had waited longer
-- invariant: I13
-- database: enrollment
-- looks at: enrollment where waited
select format('class %s: number %s has a seat, number %s has none', class_id, last_in, first_out)
  as what
from (
  select class_id,
    max(waitlist_number) filter (where state in ('SEATED', 'COMPLETED', 'DROPPED_OUT')) as last_in,
    min(waitlist_number) filter (where state in ('WAITLISTED', 'NOT_PLACED')) as first_out
  from enrollment where waited group by class_id) e
where last_in > first_out
