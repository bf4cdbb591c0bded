-- every claim on a programme has its place
-- invariant: I3
-- database: enrollment
-- looks at: program_claim
select format('program %s: a claim for enrollment %s, which is %s',
  c.program_id, c.enrollment_id, coalesce(e.state, 'not there')) as what
from program_claim c left join enrollment e on e.class_id = c.class_id and e.id = c.enrollment_id
where coalesce(e.state, 'NONE') not in ('OFFERED', 'SEATED', 'WAITLISTED', 'COMPLETED', 'DROPPED_OUT')
  or e.program_id <> c.program_id
