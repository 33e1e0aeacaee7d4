-- What is looked for every two seconds, and hardly ever there: however many wait, none of them is
-- looked at for it.
CREATE INDEX conversations_held ON conversations (customer_id) WHERE held;
CREATE INDEX conversations_reserved ON conversations (preferred_until)
    WHERE status = 'waiting' AND preferred_until IS NOT NULL;
CREATE INDEX conversations_endless ON conversations (due_at)
    WHERE status = 'waiting' AND due_at IS NULL AND NOT held;
