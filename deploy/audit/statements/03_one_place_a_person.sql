-- nobody has two places in one programme
-- invariant: I3
-- database: enrollment
-- looks at: enrollment
select format('program %s: %s places of one person', e.program_id, count(*)) as what
from enrollment e join participant p on p.id = e.participant_id
where e.state in ('OFFERED', 'SEATED', 'WAITLISTED', 'COMPLETED', 'DROPPED_OUT')
group by e.program_id, p.nik_index having count(*) > 1
