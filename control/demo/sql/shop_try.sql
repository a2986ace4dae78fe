-- One warehouse: what does its customer 18 of district 3 order?
SELECT order_id, ordered_at, item.name, quantity, amount
  FROM orders JOIN order_line USING (warehouse_id, district_id, order_id) JOIN item USING (item_id)
 WHERE warehouse_id = 1 AND district_id = 3 AND customer_id = 18
 ORDER BY order_id, line_number;

-- All warehouses: the best customers by what they have ordered.
SELECT warehouse_id, district_id, customer_id, customer.name, sum(amount) AS total
  FROM customer JOIN orders USING (warehouse_id, district_id, customer_id)
       JOIN order_line USING (warehouse_id, district_id, order_id)
 GROUP BY warehouse_id, district_id, customer_id ORDER BY total DESC LIMIT 10;

-- The items that sell best anywhere.
SELECT item.name, sum(quantity) AS sold
  FROM order_line JOIN item USING (item_id) GROUP BY item.name ORDER BY sold DESC, 1 LIMIT 10;

-- A payment, in one transaction on one node.
BEGIN;
UPDATE warehouse SET year_to_date = year_to_date + 120 WHERE warehouse_id = 2;
UPDATE customer SET balance = balance - 120
 WHERE warehouse_id = 2 AND district_id = 1 AND customer_id = 1 RETURNING name, balance;
COMMIT;
