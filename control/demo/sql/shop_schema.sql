CREATE TABLE warehouse (
    warehouse_id int PRIMARY KEY,
    name text NOT NULL,
    city text NOT NULL,
    tax numeric(4, 4) NOT NULL,
    year_to_date numeric(12, 2) NOT NULL DEFAULT 0
);
CREATE TABLE district (
    warehouse_id int REFERENCES warehouse (warehouse_id),
    district_id int,
    name text NOT NULL,
    tax numeric(4, 4) NOT NULL,
    next_order_id int NOT NULL,
    PRIMARY KEY (warehouse_id, district_id)
);
CREATE TABLE customer (
    warehouse_id int,
    district_id int,
    customer_id int,
    name text NOT NULL,
    email text NOT NULL,
    since date NOT NULL,
    discount numeric(4, 4) NOT NULL,
    balance numeric(12, 2) NOT NULL DEFAULT 0,
    PRIMARY KEY (warehouse_id, district_id, customer_id),
    FOREIGN KEY (warehouse_id, district_id) REFERENCES district (warehouse_id, district_id)
);
CREATE TABLE item (
    item_id int PRIMARY KEY,
    name text NOT NULL,
    price numeric(6, 2) NOT NULL CHECK (price > 0)
);
CREATE TABLE stock (
    warehouse_id int REFERENCES warehouse (warehouse_id),
    item_id int REFERENCES item (item_id),
    quantity int NOT NULL,
    sold int NOT NULL DEFAULT 0,
    PRIMARY KEY (warehouse_id, item_id)
);
CREATE TABLE orders (
    warehouse_id int,
    district_id int,
    order_id int,
    customer_id int NOT NULL,
    ordered_at timestamp with time zone NOT NULL,
    delivered_at timestamp with time zone,
    PRIMARY KEY (warehouse_id, district_id, order_id),
    FOREIGN KEY (warehouse_id, district_id, customer_id)
        REFERENCES customer (warehouse_id, district_id, customer_id)
);
CREATE TABLE order_line (
    warehouse_id int,
    district_id int,
    order_id int,
    line_number int,
    item_id int NOT NULL REFERENCES item (item_id),
    quantity int NOT NULL CHECK (quantity > 0),
    amount numeric(8, 2) NOT NULL,
    PRIMARY KEY (warehouse_id, district_id, order_id, line_number),
    FOREIGN KEY (warehouse_id, district_id, order_id)
        REFERENCES orders (warehouse_id, district_id, order_id)
);
CREATE INDEX ON orders (warehouse_id, district_id, customer_id);
CREATE INDEX ON order_line (item_id);
