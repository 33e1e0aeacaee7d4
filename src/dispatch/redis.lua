-- The engine for many processes. Redis runs a script alone, so each call is one atomic step.
-- Its steps and their order are those of memory.rs: a change to one is a change to both.
--
-- KEYS[1]  the deployment in {braces}: one hash tag, so a cluster keeps all keys together
-- ARGV[1]  add   take in facts, propose nothing: a part of a large put
--          put   take in facts, then propose
--          tick  take back overdue proposals, then propose
--          stage take in facts for a fill, propose nothing
--          open  take in the last facts of a fill, mark the line as filled, then propose
-- ARGV[2]  the epoch this node knows; for stage and open the id of the fill, which becomes
--          the epoch if there is none yet
-- ARGV[3]  now
-- ARGV[4]  the deadline of proposals made now
-- ARGV[5]  until when a pair rests that is refused now
-- ARGV[6]  how many proposals to make at most; the caller asks again for more
-- ARGV[7..] facts, one text each, in the order conversations, reps, refusals:
--          c id version standing queue place, with standing W(aiting), S(erved) or G(one)
--          r id version capacity active eligibility last_assigned_at queue,queue,...
--          x conversation rep
-- returns  epoch, count of facts that were news, then conversation, rep for each proposal;
--          nothing if the line is not filled, or not by this epoch
--
-- Ids are texts of one length, so texts sort as ids do. Numbers stay below 2^53.

local TAG = KEYS[1]
local EPOCH = TAG .. ':epoch'
local FILL = TAG .. ':fill:'                   -- + id: a fill under way, to see Redis wiped in it
local CONVERSATIONS = TAG .. ':conversations'  -- id -> version standing queue place rep deadline
local REPS = TAG .. ':reps'                    -- id -> the fact, proposals in flight, queues
local LINE = TAG .. ':line:'                   -- + queue: who waits unproposed, by place
local FREE = TAG .. ':free:'                   -- + queue: who may take more, by load / capacity
local HOT = TAG .. ':hot'                      -- queues to look at: see drain
local PROPOSALS = TAG .. ':proposals'          -- conversations in flight, by deadline
local REFUSALS = TAG .. ':refusals'            -- conversation -> rep count until

local kind, epoch, now, deadline, rest = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local most = tonumber(ARGV[6])
local call, match, format = redis.call, string.match, string.format
local changed = 0
local reply = { '', '' }

local function conversation(id)
    local row = call('HGET', CONVERSATIONS, id)
    if not row then return nil end
    local c = { id = id }
    c.version, c.standing, c.queue, c.place, c.rep, c.deadline =
        match(row, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
    return c
end

local function keep_conversation(c)
    local row = { c.version, c.standing, c.queue, c.place, c.rep, c.deadline }
    call('HSET', CONVERSATIONS, c.id, table.concat(row, ' '))
end

local function proposed(c)
    return c.rep ~= '-'
end

local function rep(id)
    local row = call('HGET', REPS, id)
    if not row then return nil end
    local r = { id = id, queues = {} }
    local queues
    r.version, r.capacity, r.active, r.eligibility, r.last, r.proposed, queues =
        match(row, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S*)$')
    for queue in string.gmatch(queues, '[^,]+') do r.queues[#r.queues + 1] = queue end
    return r
end

local function keep_rep(r)
    local queues = table.concat(r.queues, ',')
    local row = { r.version, r.capacity, r.active, r.eligibility, r.last, r.proposed, queues }
    call('HSET', REPS, r.id, table.concat(row, ' '))
end

local function free(r)
    return r.eligibility == 'eligible' and r.active + r.proposed < tonumber(r.capacity)
end

-- Among equal loads a sorted set goes by the member: the longest idle first, then the id.
local function seat(r)
    return format('%016.0f:', r.last) .. r.id
end

local function leave_seats(r)
    for _, queue in ipairs(r.queues) do call('ZREM', FREE .. queue, seat(r)) end
end

local function take_seats(r)
    local ratio = format('%.17g', (r.active + r.proposed) / r.capacity)
    for _, queue in ipairs(r.queues) do call('ZADD', FREE .. queue, ratio, seat(r)) end
end

local function add_load(id, more)
    local r = rep(id)
    r.proposed = r.proposed + more
    keep_rep(r)
    if not free(r) then
        leave_seats(r)
    else
        take_seats(r)
        -- Who takes more on opens nothing new.
        if more < 0 and #r.queues > 0 then call('SADD', HOT, unpack(r.queues)) end
    end
    return r
end

local function stand_in_line(c)
    call('ZADD', LINE .. c.queue, c.place, c.id)
    call('SADD', HOT, c.queue)
end

-- Out of the line, or out of the hands of the rep it is proposed to.
local function take_out(c)
    if proposed(c) then
        call('ZREM', PROPOSALS, c.id)
        add_load(c.rep, -1)
    else
        call('ZREM', LINE .. c.queue, c.id)
    end
end

-- Ends a reservation: the conversation is back in its place.
local function take_back(c)
    take_out(c)
    c.rep, c.deadline = '-', '0'
    stand_in_line(c)
    keep_conversation(c)
end

local take = {}

function take.c(text)
    local c = { rep = '-', deadline = '0' }
    c.id, c.version, c.standing, c.queue, c.place =
        match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
    local held = conversation(c.id)
    if held and tonumber(c.version) <= tonumber(held.version) then return end
    if not held and c.standing == 'G' then return end
    changed = changed + 1
    if held then
        local same = held.standing == c.standing and held.queue == c.queue
            and held.place == c.place
        if proposed(held) and same then
            c.rep, c.deadline = held.rep, held.deadline
        else
            take_out(held)
        end
    end
    if c.standing ~= 'W' then
        call('HDEL', REFUSALS, c.id)
    elseif not proposed(c) then
        stand_in_line(c)
    end
    if c.standing == 'G' then
        call('HDEL', CONVERSATIONS, c.id)
    else
        keep_conversation(c)
    end
end

function take.r(text)
    local id, version, numbers, queues =
        match(text, '^(%S+) (%S+) (%S+ %S+ %S+ %S+) (%S*)$')
    local held = rep(id)
    if held and tonumber(version) <= tonumber(held.version) then return end
    changed = changed + 1
    local in_flight = 0
    if held then
        in_flight = held.proposed
        leave_seats(held)
    end
    call('HSET', REPS, id, table.concat({ version, numbers, in_flight, queues }, ' '))
    local r = rep(id)
    if free(r) and #r.queues > 0 then
        take_seats(r)
        call('SADD', HOT, unpack(r.queues))
    end
end

function take.x(text)
    local id, refused = match(text, '^(%S+) (%S+)$')
    local c = conversation(id)
    if not c or c.rep ~= refused then return end
    take_back(c)
    local last, count = match(call('HGET', REFUSALS, id) or '', '^(%S+) (%S+)')
    count = last == refused and count + 1 or 1
    local until_then = count < 2 and '0' or rest
    call('HSET', REFUSALS, id, table.concat({ refused, count, until_then }, ' '))
end

-- The rep whose pair with this conversation rests.
local function resting(id)
    local last, _, until_then = match(call('HGET', REFUSALS, id) or '', '^(%S+) (%S+) (%S+)$')
    return last and now < tonumber(until_then) and last or nil
end

-- The best free rep of a queue but one. Only one rests for a conversation, so two will do.
local function best(queue, but)
    for _, member in ipairs(call('ZRANGE', FREE .. queue, 0, 1)) do
        local id = match(member, ':(.*)$')
        if id ~= but then return id end
    end
end

-- The first of a queue whom a free rep may take. Only pairs that rest are looked past.
local function head(queue)
    if call('EXISTS', FREE .. queue) == 0 then
        call('SREM', HOT, queue)
        return nil
    end
    local from, to = 0, 0
    while true do
        local some = call('ZRANGE', LINE .. queue, from, to, 'WITHSCORES')
        if #some == 0 then
            if from == 0 then call('SREM', HOT, queue) end
            return nil
        end
        for i = 1, #some, 2 do
            local but = resting(some[i])
            if not but or best(queue, but) then
                return { id = some[i], place = tonumber(some[i + 1]), queue = queue, but = but }
            end
        end
        from, to = to + 1, to + 50
    end
end

local function reserve(first)
    local c = conversation(first.id)
    take_out(c)
    c.rep, c.deadline = best(first.queue, first.but), deadline
    keep_conversation(c)
    call('ZADD', PROPOSALS, deadline, c.id)
    reply[#reply + 1] = c.id
    reply[#reply + 1] = c.rep
    return add_load(c.rep, 1)
end

-- Rule 2, by rules 4 and 5. A queue is hot when it gained someone waiting or free since it was
-- last found without a pair; all others have none, so a step costs what it touched.
local function drain()
    local heads = {}
    for _, queue in ipairs(call('SMEMBERS', HOT)) do heads[queue] = head(queue) end
    while true do
        local first
        for _, h in pairs(heads) do
            if not first or h.place < first.place
                or (h.place == first.place and h.id < first.id) then
                first = h
            end
        end
        if not first or #reply >= 2 + 2 * most then return end
        local r = reserve(first)
        heads[first.queue] = head(first.queue)
        -- A rep with room left changes no one's turn; a full one may.
        if not free(r) then
            for _, queue in ipairs(r.queues) do
                if heads[queue] then heads[queue] = head(queue) end
            end
        end
    end
end

local filling = kind == 'stage' or kind == 'open'
if filling then
    if call('EXISTS', FILL .. epoch) == 0 then return {} end
elseif call('GET', EPOCH) ~= epoch then
    return {}
end

for i = 7, #ARGV do
    take[string.sub(ARGV[i], 1, 1)](string.sub(ARGV[i], 3))
end

if kind == 'open' then
    call('DEL', FILL .. epoch)
    call('SET', EPOCH, epoch, 'NX')
    epoch = call('GET', EPOCH)
elseif kind == 'tick' then
    for _, id in ipairs(call('ZRANGEBYSCORE', PROPOSALS, '-inf', ARGV[3])) do
        take_back(conversation(id))
    end
end
if kind ~= 'add' and kind ~= 'stage' then drain() end

reply[1], reply[2] = epoch, tostring(changed)
return reply
