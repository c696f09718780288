-- A customer's own orders.
\set n random(1, 2000)
SELECT user_id FROM bench.key WHERE n = :n \gset
SELECT o.id, o.order_number, o.status, o.grand_total, count(i.id)
  FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
 WHERE o.user_id = :user_id GROUP BY o.id;
\sleep 10 ms
