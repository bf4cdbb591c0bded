-- every place has its claim on the programme
-- invariant: I3
-- database: enrollment
-- looks at: enrollment
select format('enrollment %s (%s) has no claim of its own', e.id, e.state) as what
from enrollment e join participant p on p.id = e.participant_id
left join program_claim c on c.program_id = e.program_id and c.nik_index = p.nik_index
  and c.class_id = e.class_id and c.enrollment_id = e.id
where e.state in ('OFFERED', 'SEATED', 'WAITLISTED', 'COMPLETED', 'DROPPED_OUT') and c.enrollment_id is null
