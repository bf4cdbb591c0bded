-- nothing points at somebody who was merged, whose ids and NIKs lead to who stays
-- invariant: I3
-- database: enrollment
-- looks at: merged_participant
select format('%s: %s rows of person %s, who was merged', named.what, count(*), m.old_id) as what
from merged_participant m
join participant_merge g on g.gone_id = m.old_id and g.settled_at is not null
join (
  select 'enrollment' as what, participant_id from enrollment
  union all select 'application', participant_id from application
  union all select 'application_choice', participant_id from application_choice
  union all select 'application_document', participant_id from application_document
  union all select 'application_code', participant_id from application_code
  union all select 'score', participant_id from score
  union all select 'score_replaced', participant_id from score_replaced
  union all select 'selection_entry', participant_id from selection_entry
  union all select 'training_certificate', participant_id from training_certificate
  union all select 'competence_certificate', participant_id from competence_certificate
  union all select 'guardian', participant_id from guardian
  union all select 'accommodation_need', participant_id from accommodation_need
  union all select 'nik_correction', participant_id from nik_correction
  union all select 'participant_merge', participant_id from participant_merge
  union all select 'participant_business', participant_id from participant_business
  union all select 'participant_revision', participant_id from participant_revision
  union all select 'external_ref', participant_id from external_ref
  union all select 'notice', participant_id from notice
  union all select 'contact_code', participant_id from contact_code
  union all select 'person_key', participant_id from person_key
  union all select 'referral', participant_id from referral
  union all select 'privacy_request', participant_id from privacy_request
  union all select 'legal_hold', participant_id from legal_hold
  union all select 'breach_subject', participant_id from breach_subject
  union all select 'access_copy', participant_id from access_copy
  union all select 'login_binding', participant_id from login_binding
  union all select 'identity_claim', participant_id from identity_claim
  union all select 'participant', id from participant
) named on named.participant_id = m.old_id
group by named.what, m.old_id
union all
select format('person %s was merged into %s, who is not there', m.old_id, m.participant_id)
from merged_participant m
where not exists (select from participant p where p.id = m.participant_id)
