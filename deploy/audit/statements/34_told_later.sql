-- whom a device registered is there, and was registered once
-- invariant: I5
-- database: enrollment
-- looks at: sync_change
select format('person %s: registered %s times by devices, %s', c.makes, c.times,
  case when c.there then 'is there' else 'is not there' end) as what
from (
  select makes, count(*) as times,
    exists (select from participant p where p.id = makes)
      or exists (select from merged_participant m where m.old_id = makes) as there
  from sync_change
  where kind = 'participant.register' and verdict = 'APPLIED' and makes is not null
  group by makes) c
where c.times > 1 or not c.there
