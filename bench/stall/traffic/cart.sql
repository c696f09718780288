-- Something more in the cart.
\set n random(1, 2000)
SELECT cart_id FROM bench.key WHERE n = :n \gset
UPDATE cart_items SET quantity = quantity % 9 + 1, updated_at = now() WHERE cart_id = :cart_id;
UPDATE carts SET updated_at = now() WHERE id = :cart_id;
\sleep 10 ms
