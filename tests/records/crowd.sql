-- 100,000 cases of three years as production would hold them: 40 bodies of unequal size (the largest has a tenth),
-- a fifth of the cases running, most others certified. Made inside the database, since sending it would take minutes.
SELECT setseed(0.6);

INSERT INTO bodies SELECT 'b' || n, '认证机构' || n, 'Body ' || n FROM generate_series(0, 39) n;

INSERT INTO accounts ("user", person, body, roles, name, email, password_hash, active)
SELECT 'b' || b || '-' || n, 'p-b' || b || '-' || n, 'b' || b, '["auditor"]'::json, '人员' || n, 'x@example.org', '!', true
FROM generate_series(0, 39) b, generate_series(0, 29) n
UNION ALL
SELECT 'client-' || n, 'p-client-' || n, NULL, '["applicant"]'::json, '客户' || n, 'x@example.org', '!', true
FROM generate_series(0, :cases * 3 / 10 - 1) n;

CREATE TEMP TABLE sample AS SELECT ':state' AS state;

CREATE TEMP TABLE crowd AS
SELECT i, 'case-' || i AS id, floor(40 * power(random(), 1.6))::int AS b, floor(:cases * 0.3 * random())::int AS client,
       current_date - 1095 + (i * 1095 / :cases)::int AS opened, random() AS fate, random() AS dice
FROM generate_series(1, :cases) i;

INSERT INTO cases (id, number, body, applicant, organization, uscc, service, scheme, stage, status, next_due, next_at,
                   provisional, version, turn, open_key, wave, rehearsal, clock_ahead, state, opened_at)
SELECT id, 'JP-' || extract(year FROM opened) || '-' || lpad(i::text, 6, '0'), 'b' || b, 'client-' || client,
       (ARRAY['晋韵', '平遥', '云冈', '汾河', 'Grand '])[1 + client % 5] || client
       || (ARRAY['酒店管理有限公司', '餐饮集团', '陈醋股份有限公司'])[1 + client % 3],
       '91140100' || lpad(client::text, 10, '0'),
       (ARRAY['文化主题酒店住宿服务', '晋菜餐饮服务', '老陈醋'])[1 + client % 3], 'service', stage, status,
       CASE WHEN stage <> 'closed' THEN due END,
       CASE WHEN stage <> 'closed' THEN due::timestamptz + interval '16 hours' END,
       dice < 0.02, 10, 10, CASE WHEN stage <> 'closed' THEN id END,
       CASE WHEN dice < 0.3 THEN 'b' || b || '-' || extract(year FROM opened) || '-1' END, false, 0,
       CASE WHEN b = 0 AND stage <> 'closed' THEN (SELECT state FROM sample) ELSE '{"deadlines": []}' END, opened::timestamptz
FROM (SELECT *, current_date + floor(dice * 300)::int AS due,
             CASE WHEN fate < 0.20 THEN (ARRAY['application', 'contract', 'planning', 'audit', 'review', 'decision'])[1 + i % 6]
                  WHEN fate < 0.85 THEN 'certified' ELSE 'closed' END AS stage,
             CASE WHEN fate < 0.20 THEN 'open' WHEN fate < 0.82 THEN 'certified' WHEN fate < 0.85 THEN 'suspended'
                  WHEN fate < 0.88 THEN 'withdrawn' WHEN fate < 0.92 THEN 'rejected' ELSE 'refused' END AS status
      FROM crowd) AS made;

-- Three open tasks of a running case: some of everybody of a role, some of a person, some of the client, some undated.
INSERT INTO tasks (case_id, id, kind, role, assignee, body, applicant, due_on, overdue)
SELECT id, 'task-' || n, 'application.review', (ARRAY['case_manager', 'leader', 'applicant', 'reviewer', 'decision_maker'])[1 + (i + n) % 5],
       CASE WHEN (i + n) % 5 = 1 THEN 'b' || b || '-' || i % 30 END, 'b' || b, 'client-' || client,
       CASE WHEN (i + n) % 10 <> 0 THEN current_date - 20 + floor(dice * 90)::int END, dice < 0.2
FROM crowd, generate_series(1, 3) n WHERE fate < 0.20;

INSERT INTO duties (case_id, person, side)
SELECT id, 'p-b' || b || '-' || (i + n) % 30, CASE WHEN n < 3 THEN 'evaluation' ELSE 'judgement' END
FROM crowd, generate_series(0, 4) n;

INSERT INTO turns (case_id, turn, message_id, message, facts, head, at)
SELECT id, n, id || '.' || n, '{}', '{}', '', opened FROM crowd, generate_series(1, 2) n;

INSERT INTO events (case_id, seq, at, actor, kind, data, clause, hash, previous_hash)
SELECT id, n, opened || 'T02:00:00.000000Z', 'manager', (ARRAY['note.add', 'alliance.reported', 'decision.make', 'certificate.valid'])[1 + n % 4],
       '{"about": "certification:' || n || '", "outcome": "grant", "submission": "' || id || '.' || n || '"}', 'R:7/7.3.3', md5(id || '.' || n), md5(n || id)
FROM crowd, generate_series(1, CASE WHEN i = 1 THEN 500 ELSE 10 END) n;

INSERT INTO certificates (number, case_id, place, body, organization, uscc, address, city, scheme, scheme_version, service, scope, sites,
                          decided_on, valid_from, valid_until, status, rehearsal)
SELECT 'JPZ-' || extract(year FROM opened) || '-' || lpad(i::text, 6, '0'), crowd.id, 0, cases.body, organization, uscc, '迎泽大街1号',
       (ARRAY['太原', '大同', '长治', '运城'])[1 + i % 4], 'service', '1.0', service, repeat('住宿与文化体验', 10), '[]',
       opened, opened, opened + 1095,
       CASE WHEN fate < 0.80 THEN 'valid' WHEN fate < 0.82 THEN 'superseded' WHEN fate < 0.85 THEN 'suspended' ELSE 'withdrawn' END, false
FROM crowd JOIN cases USING (id) WHERE fate BETWEEN 0.20 AND 0.88;

INSERT INTO certificate_changes (number, place, "on", status) SELECT number, 0, valid_from, 'valid' FROM certificates;
INSERT INTO certificate_changes (number, place, "on", status)
SELECT number, 1, valid_from + 200, status FROM certificates WHERE status <> 'valid';

INSERT INTO documents (case_id, effect_id, kind, about, sha256, name, at)
SELECT case_id, '9.1', 'certificate', number, '', number || '.pdf', now() FROM certificates;

INSERT INTO files (id, sha256, size, media_type, name, owner, body, at)
SELECT 'file-' || i, '', 1, 'application/pdf', 'x.pdf', 'client-' || client, 'b' || b, opened FROM crowd;
INSERT INTO file_uses (file_id, case_id, audit) SELECT 'file-' || i, id, '' FROM crowd;

INSERT INTO alliance_reports (id, case_id, kind, "on", content, receipt, rehearsal, at)
SELECT case_id || '.9.2', case_id, 'certification', valid_from, '{}', '{}', false, valid_from FROM certificates;

INSERT INTO waves (id, body, year, title, opens_on, closes_on, created_by, at)
SELECT 'b' || b || '-' || y || '-1', 'b' || b, y, '年度申报', current_date, current_date, 'manager', now()
FROM generate_series(0, 39) b, generate_series(2023, 2027) y;
INSERT INTO wave_applications (wave, case_id, position, organization, uscc, service, applicant, actor, content, tries, state, problem)
SELECT wave, id, row_number() OVER (PARTITION BY wave ORDER BY number), organization, uscc, service, applicant, '{}', '{}', 1, 'started', ''
FROM cases WHERE wave IS NOT NULL;

INSERT INTO late_timers (case_id, turn, entry, kind, due_at, fired_at)
SELECT id, 1, 'lapse:x', 'x', now(), now() FROM crowd WHERE dice < 0.2 ORDER BY dice;
INSERT INTO sweep_findings (case_id, due_at, deadlines, found_at, done, told, resolved_at)
SELECT id, now(), '[]', now(), 'woken', true, now() FROM crowd WHERE dice < 0.2 ORDER BY dice;

INSERT INTO notices (id, case_id, recipient, at)
SELECT id || '.' || n || '.1.x', id, 'x@example.org', now() FROM crowd, generate_series(1, 2) n;

INSERT INTO national_exports (id, body, first, last, items, sha256, made_by, at, state, reason)
SELECT 'b0-' || lpad(n::text, 5, '0'), 'b0', current_date, current_date, 1, '', 'manager', now(), 'confirmed', ''
FROM generate_series(1, 1000) n;
INSERT INTO grants (id, body, "user", name, email, roles, asked_by, asked_at, outcome, reason)
SELECT 'grant-' || n, 'b' || n % 40, 'b0-1', 'x', 'x@example.org', '["auditor"]', 'p', now(), 'granted', '' FROM generate_series(1, 1000) n;
INSERT INTO bookings (case_id, audit_id, person, first, last)
SELECT id, 'audit-1', 'p-b' || b || '-' || i % 30, opened, opened + 3 FROM crowd WHERE fate < 0.20;
