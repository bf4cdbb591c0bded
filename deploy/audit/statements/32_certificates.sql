-- only who completed the training has a certificate of it
-- invariant: I24
-- database: enrollment
-- looks at: training_certificate
select format('certificate %s: enrollment %s is %s', c.number, c.enrollment_id,
  coalesce(e.state, 'not there')) as what
from training_certificate c
left join enrollment e on e.class_id = c.class_id and e.id = c.enrollment_id
where e.state is distinct from 'COMPLETED' or e.participant_id <> c.participant_id
union all
select format('certificate %s: replaced by %s, which replaces %s', c.number, c.replaced_by,
  coalesce(n.replaces, 'none'))
from training_certificate c left join training_certificate n on n.number = c.replaced_by
where c.replaced_by is not null and n.replaces is distinct from c.number
union all
select format('enrollment %s: decided %s, but %s', d.enrollment_id, d.ending, e.state)
from completion_decision d
join enrollment e on e.class_id = d.class_id and e.id = d.enrollment_id
where e.state <> d.ending
