"""The only readers and writers of DynamoDB, S3 and the queues. Knows no stage.

One table, `fullcircle-<stage>`; every date-time is UTC to the second.

pk                    sk                         what
REGISTER              PROGRAMME#<id>#V#<n>       what is loaded, for the administrator's list
                      COHORT#<id>                the same of cohorts
PROGRAMME#<id>        V#<n>                      the checked programme file, immutable
LOAD#<cohort>         PEOPLE#<hash>              a delegates file as it was loaded, for the enrol job
COHORT#<id>           META                       dates, programme and version, sponsor
                      DELEGATE#<id>              the dashboard's row: counters, status, bounces
                      COACH#<id>                 who they are; their caseload is the rows above
                      BOUNCE#<mail id>           an address that does not work
                      FOLLOWUP                   dates of the second wave
                      FOLLOWUP#DELEGATE#<id>     the dashboard's row of the second wave
                      FIGURES#<wave>             what reports show of the cohort: over whom, and what; frozen
                      SUMMARY#<name>             a cohort summary for the sponsor, frozen
DELEGATE#<id>         META                       who they are
                      WAVE#<wave>                state, opens_at, closes_at
                      NOMINATION#<wave>          the raters chosen, not yet or already sent
                      INVITATION#<wave>#<id>     a rater's permission and sealed answers
                      RESPONSE#<wave>#<random>   one rater's answers, cut from identity
                      COHORT#<wave>              the share of the cohort's figures that goes into the report
                      REPORT#<wave>              checksum, where the documents are, released or not
                      COACHONLY#<wave>#<n>       comments that raters keep for the coach
                      DEBRIEF                    date, areas
                      NOTES                      what the coach wrote for themself
                      AREA#<n>                   a development area
                      FOLLOWUP#DEBRIEF, FOLLOWUP#AREA#<n>   the same of the follow-up
                      ASSIGNMENT#<milestone>#<assignment>   what the delegate did
                      IMPACT#delegate, IMPACT#manager       the six-month answers
                      IMPACT#pulse               what the raters saw, published
RATER#<hash>          INVITATION#<id>            the rater's inbox
                      LOAD#<month>               how many questionnaires that close in a month they were asked for
JOB#<id>              JOB                        work that is due now or later; index `due`
MAIL#<id>             MAIL                       one mail and what became of it; index `due`
ASKING#<who>          ASKING                     the sign-in code that was mailed last to an address
SESSION#<hash>        SESSION                    a browser that has signed in, by the hash of its id
AUDIT#<cohort>        <time>#<id>                who released, closed, exported, erased

Rows with `gone_at` (seconds since 1970) are deleted by DynamoDB some time after it; no code relies on that.
Index `due` is sparse: hash `due_shard`, range `due_at`; a row that is settled has no `due_shard`.
A second table, `fullcircle-<stage>-keys`, holds the data key of each open wave and has no recovery.
"""
