-- A customer comes back.
\set n random(1, 2000)
SELECT user_id FROM bench.key WHERE n = :n \gset
UPDATE users SET last_login_at = now(), updated_at = now() WHERE id = :user_id;
\sleep 10 ms
