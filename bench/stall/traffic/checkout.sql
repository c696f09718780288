-- An order, with its stock.
\set n random(1, 2000)
SELECT user_id, product_id, variant_id FROM bench.key WHERE n = :n \gset
BEGIN;
INSERT INTO orders (order_number, user_id, channel, subtotal, grand_total, placed_at)
VALUES (substr(md5(gen_random_uuid()::text), 1, 24), :user_id, 'WEB', 20, 20, now()) RETURNING id AS order_id \gset
INSERT INTO order_items (order_id, product_id, variant_id, product_name, sku, quantity, unit_price, line_total)
VALUES (:order_id, :product_id, :variant_id, 'bench', 'bench', 1, 20, 20);
UPDATE inventory_items SET reserved = reserved + 1, updated_at = now() WHERE variant_id = :variant_id;
COMMIT;
\sleep 10 ms
