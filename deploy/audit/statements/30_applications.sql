-- an application that got a place has it, and nobody has two in a wave
-- invariant: I23
-- database: enrollment
-- looks at: application
select format('application %s (%s): enrollment %s, which is of application %s', a.id, a.state,
  a.enrollment_id, e.application_id) as what
from application a
left join enrollment e on e.class_id = a.class_id and e.id = a.enrollment_id
where (a.state in ('PLACED', 'RESERVE') and (e.id is null or e.waited <> (a.state = 'RESERVE')))
  or (a.enrollment_id is not null and (e.application_id is distinct from a.id
    or e.participant_id <> a.participant_id))
union all
select format('enrollment %s: application %s does not know it', e.id, e.application_id)
from enrollment e
where e.application_id is not null and e.transferred_from_id is null
  and not exists (select from application a where a.participant_id = e.participant_id
    and a.id = e.application_id and a.class_id = e.class_id and a.enrollment_id = e.id)
union all
select format('wave %s: %s applications of one person', a.wave_id, count(*))
from application a join participant p on p.id = a.participant_id
where a.state in ('DRAFT', 'SUBMITTED', 'PLACED', 'RESERVE')
group by a.wave_id, p.nik_index having count(*) > 1
