-- A product's page.
\set n random(1, 2000)
SELECT product_id FROM bench.key WHERE n = :n \gset
SELECT id, name, slug, base_price, status FROM products WHERE id = :product_id;
SELECT id, sku, title, price FROM product_variants WHERE product_id = :product_id AND is_active ORDER BY position;
\sleep 10 ms
