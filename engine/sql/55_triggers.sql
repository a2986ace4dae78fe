-- The stand-in of a trigger on every node but the coordinator, where the trigger itself fires. It is disabled, and
-- tells the node's planner that there is one.
CREATE FUNCTION pgspan.fires_on_coordinator() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pgspan_fires_on_coordinator';
