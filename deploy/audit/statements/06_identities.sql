-- every person has the claim on his identity, and every claim its person
-- invariant: I3
-- database: enrollment
-- looks at: participant
select format('person %s, identity claimed for %s', p.id, c.participant_id) as what
from (select id, nik_index from participant
  union all select participant_id, nik_index from merged_participant) p
full join identity_claim c on c.nik_index = p.nik_index
where p.id is distinct from c.participant_id
