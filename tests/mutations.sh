#!/usr/bin/env bash
# Breaks the rules of dispatch on purpose, one at a time, in a copy of the tree, and says for each
# which test has noticed. Needs Redis, Perl and a while: each is built anew. WALKS is how many
# random walks are walked each time; names given as arguments choose some of the mutations.
#
# A rule stands in code twice, so it is broken in both engines: that they differ is no way to notice.
set -euo pipefail
cd "$(dirname "$0")/.."

CARGO=${CARGO:-cargo}
export WALKS=${WALKS:-12}
home=${CARGO_TARGET_DIR:-$PWD/target}/mutations
tree=$home/tree
export CARGO_TARGET_DIR=$home/target REQUIRE_SERVICES=1
chosen=("$@")
uncaught=0

rm -rf "$tree"
mkdir -p "$tree"
# With their times, so that what has not changed since the last run is not built again.
git ls-files -z --cached --others --exclude-standard |
    xargs -0 cp -p --parents -t "$tree"

# change FILE FROM TO: a piece of text of a file of dispatch becomes another.
change() {
    [ -n "$name" ] || return 0
    changed+=("$1")
    FROM=$2 TO=$3 perl -0pi -e '$n += s/\Q$ENV{FROM}\E/$ENV{TO}/; END { exit !$n }' \
        "$tree/src/dispatch/$1" || fail="DOES NOT APPLY to $1"
}

# try NAME: what is changed from here on is one mutation.
try() {
    name=$1 changed=() fail=
    [ ${#chosen[@]} = 0 ] || [[ " ${chosen[*]} " == *" $1 "* ]] || name=
}

# Builds and tests it, and undoes it.
judge() {
    [ -n "$name" ] || return 0
    local log=$home/$name.log verdict=$fail
    if [ -z "$verdict" ]; then
        (cd "$tree" && $CARGO test --locked --test it -- dispatch) >"$log" 2>&1 || true
        verdict=$(awk '/^test .* FAILED$/ { if (!n++) first = $2 }
            END { if (n) print "caught by " first (n > 1 ? " and " n - 1 " more" : "") }' "$log")
        if [ -z "$verdict" ]; then
            grep -q '^test result: ok' "$log" && verdict="NOT CAUGHT" || verdict="DID NOT RUN: $log"
        fi
    fi
    [[ $verdict == caught* ]] || uncaught=$((uncaught + 1))
    printf '%-46s %s\n' "$name" "$verdict"
    local file
    for file in "${changed[@]}"; do cp "src/dispatch/$file" "$tree/src/dispatch/$file"; done
}

printf 'unmutated: '
(cd "$tree" && $CARGO test --locked --test it -- dispatch) >"$home/unmutated.log" 2>&1 || {
    echo "the tests fail, see $home/unmutated.log"
    exit 1
}
echo "the tests pass"

try versions_are_ignored
change memory.rs 'fact.version <= held.fact.version => return false' \
    'fact.version + 9_000 < held.fact.version => return false'
change redis.lua 'if held and tonumber(c.version) <= tonumber(held.version) then return end' ''
judge

try proposals_in_flight_do_not_count
change memory.rs 'self.add_load(rep, 1);' ''
change memory.rs 'self.add_load(rep, -1);' 'let _ = rep;'
change redis.lua 'local r = add_load(c.rep, 1)' 'local r = rep(c.rep)'
change redis.lua 'add_load(c.rep, -1)' ''
judge

try a_line_that_is_not_filled_proposes
change memory.rs 'if line.filled {' 'if true {'
change redis.lua "elseif call('GET', EPOCH) ~= epoch then" 'elseif false then'
change redis.lua "kind == 'add' or kind == 'stage' or" "kind == 'add' or"
judge

try cool_downs_are_ignored
change rules.rs 'map(|(_, until)| *until).filter(ends).max()?;' \
    'map(|(_, until)| *until).filter(|_| false).max()?;'
change redis.lua 'if now < tonumber(ends) then reps[id], count' 'if false then reps[id], count'
judge

try the_last_idle_goes_first
change rules.rs 'Ok((ratio, fact.last_assigned_at, fact.id))' \
    'Ok((ratio, -fact.last_assigned_at, fact.id))'
change redis.lua "format('%016.0f:', r.last)" "format('%016.0f:', 9e15 - r.last)"
judge

try reservations_do_not_end
change rules.rs 'Some((rep, until)) if now < until => Whose::Rep(rep),' \
    'Some((rep, _)) => Whose::Rep(rep),'
change redis.lua "c.reserved ~= '-' and now < tonumber(c.ends) and" "c.reserved ~= '-' and"
judge

try overdue_proposals_stay
change memory.rs '&& wake <= now' \
    '&& wake <= now && self.conversations.get(&id).is_none_or(|one| one.proposed.is_none())'
change redis.lua 'for _, id in ipairs(due) do take_back(conversation(id)) end' \
    'for _, id in ipairs(due) do
        local c = conversation(id)
        if not proposed(c) then take_back(c) end
    end'
judge

try settled_load_counts_twice
change memory.rs 'self.add_load(rep, -1);' 'let _ = rep;'
change redis.lua 'add_load(c.rep, -1)' ''
judge

try a_full_rep_takes_one_more
change rules.rs 'if load >= capacity {' 'if load > capacity {'
change redis.lua 'r.active + r.proposed < tonumber(r.capacity)' \
    'r.active + r.proposed <= tonumber(r.capacity)'
judge

try going_back_in_line_loses_the_place
change memory.rs 'next.refused = held.refused;' \
    'next.refused = held.refused;
            if held.fact.standing == Standing::Served { next.fact.place = now; }'
change redis.lua 'c.refused, c.count, c.rests = held.refused, held.count, held.rests' \
    "c.refused, c.count, c.rests = held.refused, held.count, held.rests
        if held.standing == 'S' then c.place = tostring(now) end"
judge

try refused_pairs_do_not_rest
change memory.rs 'let until = if count < 2 { 0 } else { now + REFUSED_MS };' 'let until = 0;'
change redis.lua "c.count < 2 and '0' or rest" "'0'"
judge

try who_goes_away_stays_among_the_free
change memory.rs '&& let Ok(seat) = old.seat()' \
    '&& old.fact.eligibility == held.fact.eligibility && let Ok(seat) = old.seat()'
change redis.lua 'in_flight = held.proposed
        leave_seats(held)' "in_flight = held.proposed
        if match(numbers, '^%S+ %S+ (%S+)') == held.eligibility then leave_seats(held) end"
judge

try the_smallest_place_of_all_lines_is_not_sought
change memory.rs '.min();
            let Some((_, conversation, rep))' '.next();
            let Some((_, conversation, rep))'
change redis.lua 'if not first or goes_before(c, first) then first = c end' \
    'if not first then first = c end'
judge

try only_the_first_chunk_is_proposed
change redis.rs 'while more == CHUNK {' 'while more > CHUNK {'
judge

[ $uncaught = 0 ] || exit 1
