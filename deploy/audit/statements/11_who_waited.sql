-- whoever waited has a number, and nobody else has one
-- invariant: I13
-- database: enrollment
-- looks at: enrollment
select format('enrollment %s (%s): waited %s, number %s', id, state, waited, waitlist_number) as what
from enrollment
where waited <> (waitlist_number is not null)
  or (state in ('WAITLISTED', 'NOT_PLACED') and not waited)
