-- waitlist numbers run from 1 without a gap, and none is used twice
-- invariant: I13
-- database: enrollment
-- looks at: enrollment where waited
select format('class %s: %s numbers, %s different, highest %s, next %s', c.code,
  e.numbers, e.different, e.highest, c.next_waitlist_number) as what
from class c cross join lateral (
  select count(e.waitlist_number) as numbers, count(distinct e.waitlist_number) as different,
    coalesce(max(e.waitlist_number), 0) as highest
  from enrollment e where e.class_id = c.id) e
where (e.numbers, e.different, e.highest)
  <> (c.next_waitlist_number - 1, c.next_waitlist_number - 1, c.next_waitlist_number - 1)
