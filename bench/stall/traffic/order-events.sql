-- What happened to an order; the large table of its scenario.
\set n random(1, 2000)
\set id random(1, 5000000)
SELECT order_id FROM bench.key WHERE n = :n \gset
INSERT INTO order_events (order_id, kind, actor) VALUES (:order_id, 'viewed', 'bench');
SELECT order_id, kind, created_at FROM order_events WHERE id = :id;
UPDATE order_events SET actor = 'bench' WHERE id = :id;
\sleep 10 ms
