-- taken and waiting are what a recount gives
-- invariant: I2
-- database: enrollment
-- looks at: class
select format('class %s: taken %s, counted %s; waiting %s, counted %s',
  c.code, c.taken, e.seated, c.waiting, e.waiting) as what
from class c cross join lateral (
  select count(*) filter (
      where e.state in ('OFFERED', 'SEATED', 'COMPLETED', 'DROPPED_OUT')) as seated,
    count(*) filter (where e.state = 'WAITLISTED') as waiting
  from enrollment e where e.class_id = c.id) e
where c.taken <> e.seated or c.waiting <> e.waiting
