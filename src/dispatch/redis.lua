-- The engine for many processes. Redis runs a script alone, so each call is one atomic step.
-- Its steps and their order are those of memory.rs: a change to one is a change to both.
--
-- KEYS[1]  what all keys begin with: the deployment in {braces}, one hash tag, so a cluster keeps
--          them together, and the format of the rows, which grows when they change
-- ARGV[1]  add   take in facts, propose nothing: a part of a large put
--          put   take in facts, then propose
--          tick  let time pass for as many as may be proposed, counted as news; then propose,
--                unless there may be more of them
--          stage take in facts for a fill, propose nothing
--          open  take in the last facts of a fill, mark the line as filled, then propose
-- ARGV[2]  the epoch this node knows; for stage and open the id of the fill, which becomes
--          the epoch if there is none yet
-- ARGV[3]  now
-- ARGV[4]  the deadline of proposals made now
-- ARGV[5]  until when a rep cools down whose pair is refused now
-- ARGV[6]  how many proposals to make at most; the caller asks again for more
-- ARGV[7..] facts, one text each, in the order queues, conversations, reps, refusals:
--          q id version manual
--            with manual M, or - if it is not
--          c id version standing queue place reserved ends rep:until,rep:until,...
--            with standing W(aiting), S(erved) or G(one), and reserved - if it is not
--          r id version capacity active eligibility last_assigned_at queue,queue,...
--          x conversation rep
-- returns  epoch, count of facts that were news, wake or nothing, then for each proposal
--          conversation, rep, and as they were before it his load, his capacity, the free reps
--          of the line; nothing at all if the line is not filled, or not by this epoch
--
-- Ids are texts of one length, so texts sort as ids do. Numbers stay below 2^53. A line goes by
-- the id of its queue, a rep's own by his with an @.

local TAG = KEYS[1]
local EPOCH = TAG .. ':epoch'
local FILL = TAG .. ':fill:'                   -- + id: a fill under way, to see Redis wiped in it
local CONVERSATIONS = TAG .. ':conversations'  -- id -> see keep_conversation
local QUEUES = TAG .. ':queues'                -- id -> version, manual
local REPS = TAG .. ':reps'                    -- id -> the fact, proposals in flight, queues
local LINE = TAG .. ':line:'                   -- + line: who waits unproposed, by place
local FREE = TAG .. ':free:'                   -- + line: who may take more, by load / capacity
local HOT = TAG .. ':hot'                      -- lines to look at: see drain
local WAKES = TAG .. ':wakes'                  -- conversations, by when time alone changes them
local NO_END = 9007199254740991

local kind, epoch, now, deadline, rest = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local most = tonumber(ARGV[6])
local call, match, gmatch, format = redis.call, string.match, string.gmatch, string.format
local changed = 0
local reply = { '', '', '' }

local function conversation(id)
    local row = call('HGET', CONVERSATIONS, id)
    if not row then return nil end
    local c = { id = id }
    c.version, c.standing, c.queue, c.place, c.reserved, c.ends, c.line, c.rep, c.deadline,
        c.refused, c.count, c.rests, c.cooling = match(row, '^(%S+) (%S+) (%S+) (%S+) (%S+) '
        .. '(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S*)$')
    return c
end

local function keep_conversation(c)
    local row = { c.version, c.standing, c.queue, c.place, c.reserved, c.ends, c.line, c.rep,
        c.deadline, c.refused, c.count, c.rests, c.cooling }
    call('HSET', CONVERSATIONS, c.id, table.concat(row, ' '))
end

-- Rule 3: whether it is people's to take. Asked often, answered by Redis once a step.
local manuals = {}
local function manual(queue)
    if manuals[queue] == nil then
        local row = call('HGET', QUEUES, queue)
        manuals[queue] = row and match(row, ' (%S+)$') == 'M' or false
    end
    return manuals[queue]
end

local function proposed(c)
    return c.rep ~= '-'
end

-- Rule 5: in whose line it has its place at this moment.
local function whose(c)
    return c.reserved ~= '-' and now < tonumber(c.ends) and '@' .. c.reserved or c.queue
end

-- Rule 3: the reps who cool down for it, each with true, and how many.
local function cooling(c)
    local reps, count = {}, 0
    for id, ends in gmatch(c.cooling, '([^:,]+):([^,]+)') do
        if now < tonumber(ends) then reps[id], count = true, count + 1 end
    end
    if now < tonumber(c.rests) then reps[c.refused], count = true, count + 1 end
    return reps, count
end

-- When time alone next changes what may become of one who waits and is not proposed.
local function wake(c)
    local first = NO_END
    local function at(ends)
        ends = tonumber(ends)
        if now < ends and ends < first then first = ends end
    end
    at(c.ends)
    at(c.rests)
    for _, ends in gmatch(c.cooling, '([^:,]+):([^,]+)') do at(ends) end
    return first < NO_END and first or nil
end

local function rep(id)
    local row = call('HGET', REPS, id)
    if not row then return nil end
    local r = { id = id, lines = { '@' .. id } }
    r.version, r.capacity, r.active, r.eligibility, r.last, r.proposed, r.queues =
        match(row, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S*)$')
    for queue in gmatch(r.queues, '[^,]+') do r.lines[#r.lines + 1] = queue end
    return r
end

local function keep_rep(r)
    local row = { r.version, r.capacity, r.active, r.eligibility, r.last, r.proposed, r.queues }
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
    for _, line in ipairs(r.lines) do call('ZREM', FREE .. line, seat(r)) end
end

local function take_seats(r)
    local ratio = format('%.17g', (r.active + r.proposed) / r.capacity)
    for _, line in ipairs(r.lines) do call('ZADD', FREE .. line, ratio, seat(r)) end
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
        if more < 0 then call('SADD', HOT, unpack(r.lines)) end
    end
    return r
end

local function stand_in_line(c)
    c.line = whose(c)
    call('ZADD', LINE .. c.line, c.place, c.id)
    call('SADD', HOT, c.line)
    local at = wake(c)
    if at then call('ZADD', WAKES, at, c.id) end
end

-- Out of the line, or out of the hands of the rep it is proposed to.
local function take_out(c)
    call('ZREM', WAKES, c.id)
    if proposed(c) then
        add_load(c.rep, -1)
    else
        call('ZREM', LINE .. c.line, c.id)
    end
end

-- Out of any hands: the conversation is in its place in line.
local function take_back(c)
    take_out(c)
    c.rep, c.deadline = '-', '0'
    stand_in_line(c)
    keep_conversation(c)
end

-- Whether what was proposed as `held` may stay so.
local function stands_alike(held, c)
    return held.standing == c.standing and held.queue == c.queue and held.place == c.place
        and held.line == c.line
end

local take = {}

function take.q(text)
    local id, version, by_hand = match(text, '^(%S+) (%S+) (%S+)$')
    local held = call('HGET', QUEUES, id)
    if held and tonumber(version) <= tonumber(match(held, '^%S+')) then return end
    changed = changed + 1
    call('HSET', QUEUES, id, version .. ' ' .. by_hand)
    manuals[id] = by_hand == 'M'
    if not manuals[id] then
        call('SADD', HOT, id)
        -- What is reserved for a rep stands in his own line, whatever its queue.
        for _, whose in ipairs(call('HKEYS', REPS)) do call('SADD', HOT, '@' .. whose) end
    end
end

function take.c(text)
    local c = { rep = '-', deadline = '0', refused = '-', count = '0', rests = '0' }
    c.id, c.version, c.standing, c.queue, c.place, c.reserved, c.ends, c.cooling =
        match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S*)$')
    local held = conversation(c.id)
    if held and tonumber(c.version) <= tonumber(held.version) then return end
    if not held and c.standing == 'G' then return end
    changed = changed + 1
    c.line = whose(c)
    if held then
        c.refused, c.count, c.rests = held.refused, held.count, held.rests
        if proposed(held) and stands_alike(held, c) and not cooling(c)[held.rep] then
            c.rep, c.deadline = held.rep, held.deadline
        else
            take_out(held)
        end
    end
    if c.standing ~= 'W' then
        c.refused, c.count, c.rests = '-', '0', '0'
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
    if free(r) then
        take_seats(r)
        call('SADD', HOT, unpack(r.lines))
    end
end

function take.x(text)
    local id, refused = match(text, '^(%S+) (%S+)$')
    local c = conversation(id)
    if not c or c.rep ~= refused then return end
    c.count = c.refused == refused and c.count + 1 or 1
    c.refused, c.rests = refused, c.count < 2 and '0' or rest
    take_back(c)
end

-- The best free rep of a line for one for whom `count` reps cool down.
local function best(line, but, count)
    for _, member in ipairs(call('ZRANGE', FREE .. line, 0, count)) do
        local id = match(member, ':(.*)$')
        if not but[id] then return id end
    end
end

-- The first of a line whom a free rep may take. Only who cools down is looked past, and in a
-- rep's own line what waits in a manual queue.
local function head(line)
    if manual(line) or call('EXISTS', FREE .. line) == 0 then
        call('SREM', HOT, line)
        return nil
    end
    local from, to = 0, 0
    while true do
        local some = call('ZRANGE', LINE .. line, from, to, 'WITHSCORES')
        if #some == 0 then
            if from == 0 then call('SREM', HOT, line) end
            return nil
        end
        for i = 1, #some, 2 do
            local c = conversation(some[i])
            if not manual(c.queue) then
                c.but, c.but_count = cooling(c)
                if c.but_count == 0 or best(line, c.but, c.but_count) then return c end
            end
        end
        from, to = to + 1, to + 50
    end
end

local function reserve(c)
    take_out(c)
    c.rep, c.deadline = best(c.line, c.but, c.but_count), deadline
    keep_conversation(c)
    call('ZADD', WAKES, deadline, c.id)
    local candidates = call('ZCARD', FREE .. c.line)
    local r = add_load(c.rep, 1)
    local load = r.active + r.proposed - 1
    for _, one in ipairs({ c.id, c.rep, tostring(load), r.capacity, tostring(candidates) }) do
        reply[#reply + 1] = one
    end
    return r
end

local function goes_before(c, other)
    local place, others = tonumber(c.place), tonumber(other.place)
    return place < others or (place == others and c.id < other.id)
end

-- Rule 2, by rules 4 and 5. A line is hot when it gained someone waiting or free since one of
-- both was last lacking; no other has a pair, so a step costs what it touched.
local function drain()
    local heads = {}
    for _, line in ipairs(call('SMEMBERS', HOT)) do heads[line] = head(line) end
    while true do
        local first
        for _, c in pairs(heads) do
            if not first or goes_before(c, first) then first = c end
        end
        if not first or #reply >= 3 + 5 * most then return end
        local r = reserve(first)
        heads[first.line] = head(first.line)
        -- A rep with room left changes no one's turn; a full one may.
        if not free(r) then
            for _, line in ipairs(r.lines) do
                if heads[line] then heads[line] = head(line) end
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
    local due = call('ZRANGEBYSCORE', WAKES, '-inf', ARGV[3], 'LIMIT', 0, most)
    for _, id in ipairs(due) do take_back(conversation(id)) end
    changed = #due
end
local partly = kind == 'add' or kind == 'stage' or (kind == 'tick' and changed == most)
if not partly then drain() end

local next_wake = call('ZRANGE', WAKES, 0, 0, 'WITHSCORES')[2]
reply[1], reply[2], reply[3] = epoch, tostring(changed), next_wake or ''
return reply
