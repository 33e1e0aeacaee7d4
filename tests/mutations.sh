#!/usr/bin/env bash
# Breaks the rules of dispatch and of the relay on purpose, one at a time, in a copy of the tree, and
# says for each which test has noticed. Needs PostgreSQL, Redis, Perl and a while: each is built
# anew. WALKS is how many random walks are walked each time; names given as arguments choose some of
# the mutations.
#
# A rule of dispatch stands in code twice, so it is broken in both engines: that they differ is no
# way to notice.
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

# The tests that are to notice.
tests=(dispatch)

# change FILE FROM TO: a piece of text of a source file becomes another.
change() {
    [ -n "$name" ] || return 0
    changed+=("$1")
    FROM=$2 TO=$3 perl -0pi -e '$n += s/\Q$ENV{FROM}\E/$ENV{TO}/; END { exit !$n }' \
        "$tree/src/$1" || fail="DOES NOT APPLY to $1"
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
        (cd "$tree" && $CARGO test --locked --test it -- "${tests[@]}") >"$log" 2>&1 || true
        verdict=$(awk '/^test .* FAILED$/ { if (!n++) first = $2 }
            END { if (n) print "caught by " first (n > 1 ? " and " n - 1 " more" : "") }' "$log")
        if [ -z "$verdict" ]; then
            grep -q '^test result: ok' "$log" && verdict="NOT CAUGHT" || verdict="DID NOT RUN: $log"
        fi
    fi
    [[ $verdict == caught* ]] || uncaught=$((uncaught + 1))
    printf '%-46s %s\n' "$name" "$verdict"
    local file
    for file in "${changed[@]}"; do cp "src/$file" "$tree/src/$file"; done
}

# unmutated: these tests pass as long as nothing is broken.
unmutated() {
    local log=$home/unmutated.log
    printf 'unmutated: '
    (cd "$tree" && $CARGO test --locked --test it -- "${tests[@]}") >"$log" 2>&1 || {
        echo "the tests fail, see $log"
        exit 1
    }
    echo "the tests pass"
}

unmutated

try versions_are_ignored
change dispatch/memory.rs 'fact.version <= held.fact.version => return false' \
    'fact.version + 9_000 < held.fact.version => return false'
change dispatch/redis.lua 'if held and tonumber(c.version) <= tonumber(held.version) then return end' ''
judge

try proposals_in_flight_do_not_count
change dispatch/memory.rs 'self.add_load(rep, 1);' ''
change dispatch/memory.rs 'self.add_load(rep, -1);' 'let _ = rep;'
change dispatch/redis.lua 'local r = add_load(c.rep, 1)' 'local r = rep(c.rep)'
change dispatch/redis.lua 'add_load(c.rep, -1)' ''
judge

try a_line_that_is_not_filled_proposes
change dispatch/memory.rs 'if line.filled {' 'if true {'
change dispatch/redis.lua "elseif call('GET', EPOCH) ~= epoch then" 'elseif false then'
change dispatch/redis.lua "kind == 'add' or kind == 'stage' or" "kind == 'add' or"
judge

try cool_downs_are_ignored
change dispatch/rules.rs 'map(|(_, until)| *until).filter(ends).max()?;' \
    'map(|(_, until)| *until).filter(|_| false).max()?;'
change dispatch/redis.lua 'if now < tonumber(ends) then reps[id], count' 'if false then reps[id], count'
judge

try the_last_idle_goes_first
change dispatch/rules.rs 'Ok((ratio, fact.last_assigned_at, fact.id))' \
    'Ok((ratio, -fact.last_assigned_at, fact.id))'
change dispatch/redis.lua "format('%016.0f:', r.last)" "format('%016.0f:', 9e15 - r.last)"
judge

try reservations_do_not_end
change dispatch/rules.rs 'Some((rep, until)) if now < until => Whose::Rep(rep),' \
    'Some((rep, _)) => Whose::Rep(rep),'
change dispatch/redis.lua "c.reserved ~= '-' and now < tonumber(c.ends) and" "c.reserved ~= '-' and"
judge

try overdue_proposals_stay
change dispatch/memory.rs '&& wake <= now' \
    '&& wake <= now && self.conversations.get(&id).is_none_or(|one| one.proposed.is_none())'
change dispatch/redis.lua 'for _, id in ipairs(due) do take_back(conversation(id)) end' \
    'for _, id in ipairs(due) do
        local c = conversation(id)
        if not proposed(c) then take_back(c) end
    end'
judge

try settled_load_counts_twice
change dispatch/memory.rs 'self.add_load(rep, -1);' 'let _ = rep;'
change dispatch/redis.lua 'add_load(c.rep, -1)' ''
judge

try a_full_rep_takes_one_more
change dispatch/rules.rs 'if load >= capacity {' 'if load > capacity {'
change dispatch/redis.lua 'r.active + r.proposed < tonumber(r.capacity)' \
    'r.active + r.proposed <= tonumber(r.capacity)'
judge

try going_back_in_line_loses_the_place
change dispatch/memory.rs 'next.refused = held.refused;' \
    'next.refused = held.refused;
            if held.fact.standing == Standing::Served { next.fact.place = now; }'
change dispatch/redis.lua 'c.refused, c.count, c.rests = held.refused, held.count, held.rests' \
    "c.refused, c.count, c.rests = held.refused, held.count, held.rests
        if held.standing == 'S' then c.place = tostring(now) end"
judge

try refused_pairs_do_not_rest
change dispatch/memory.rs 'let until = if count < 2 { 0 } else { now + REFUSED_MS };' 'let until = 0;'
change dispatch/redis.lua "c.count < 2 and '0' or rest" "'0'"
judge

try who_goes_away_stays_among_the_free
change dispatch/memory.rs '&& let Ok(seat) = old.seat()' \
    '&& old.fact.eligibility == held.fact.eligibility && let Ok(seat) = old.seat()'
change dispatch/redis.lua 'in_flight = held.proposed
        leave_seats(held)' "in_flight = held.proposed
        if match(numbers, '^%S+ %S+ (%S+)') == held.eligibility then leave_seats(held) end"
judge

try the_smallest_place_of_all_lines_is_not_sought
change dispatch/memory.rs '.min();
            let Some((_, conversation, rep))' '.next();
            let Some((_, conversation, rep))'
change dispatch/redis.lua 'if not first or goes_before(c, first) then first = c end' \
    'if not first then first = c end'
judge

try only_the_first_chunk_is_proposed
change dispatch/redis.rs 'while more == CHUNK {' 'while more > CHUNK {'
judge

tests=(abandoned audiences erased handed_on missed moves notes relay repeated resumes speech told_in_order
    traps traps_database unread)
unmutated

try what_is_said_twice_is_stored_twice
change store/messages.rs 'if let Some(event) = self.before.get(&key).or(earlier) {' \
    'if let Some(event) = self.before.get(&key).or(earlier).filter(|_| false) {'
judge

try any_text_is_the_same_again
change store/messages.rs '&& originals::said_first(event, &one.text, &one.attachments);' \
    '&& (true || originals::said_first(event, &one.text, &one.attachments));'
judge

try the_old_rep_goes_on_writing
change store/messages.rs 'Role::Rep => door.rep_id == Some(one.sender) && door.status' \
    'Role::Rep => door.rep_id.is_some() && door.status'
judge

try what_is_closed_is_written_to
change store/messages.rs 'Status::Closed | Status::Wrapup => Err(Error::new(' \
    'Status::Wrapup => Err(Error::new('
judge

try a_run_is_stored_from_its_end
change store/message_groups.rs 'run.into_iter().unzip();' 'run.into_iter().rev().unzip();'
change store/message_groups.rs 'Vec<Instant>) = all.unzip();' \
    'Vec<Instant>) = all.collect::<Vec<_>>().into_iter().rev().unzip();'
judge

try a_lost_batch_is_acknowledged
change store/writer.rs 'answer.and_then(|stored| fate.map(|()| stored).map_err(|why| why()))' 'answer'
judge

try a_hole_is_passed_over
change live/cursor.rs 'Some(first) if first.seq == at + 1 && !grown.has_hole() => Next::Forward,' \
    'Some(_) => Next::Forward,'
judge

try what_came_in_between_is_left_out
change news.rs 'Some(part) if seq == next && bytes' 'Some(part) if bytes'
change live/cursor.rs 'first.seq == at + 1 && !grown.has_hole()' 'first.seq == at + 1'
judge

try what_nobody_waits_for_is_not_told
change desk/commit.rs 'if let Some(work) = self.work.take() {' \
    'if let Some(work) = self.work.take().filter(|_| false) {'
judge

try the_chain_is_by_number
change live/cursor.rs 'before.map_or(0, |stand| stand.shown)' \
    'before.map_or(0, |_| event.seq - 1)'
judge

try it_is_resumed_one_too_early
change live/cursor.rs 'let after = from.max(view.last_seq - BATCH);' \
    'let after = (from - 1).max(0).max(view.last_seq - BATCH);'
judge

try a_full_mailbox_forgets
change hub/mailbox.rs 'false => inside.behind = true,' 'false => {}'
judge

try a_lost_doorbell_is_not_made_up_for
change watch.rs 'hub.tell(*person, Note::OnHands(Arc::new(has.unwrap_or_default())));' 'drop(has);'
judge

try customers_hear_what_staff_note
change news.rs 'if role == Role::Customer && self.kind == EventKind::Note {' 'if false {'
judge

try marks_go_back
change store/marks.rs 'CASE WHEN excluded.read_seq > marks.read_seq' 'CASE WHEN 1 = 1'
judge

try a_gap_names_what_is_not_for_its_reader
change live/cursor.rs 'to = events::told_at(conn, view.id, after)?.unwrap_or(from);' 'to = after;'
judge

try who_has_closed_it_is_told_no_more
change desk/joins.rs 'audience.extend(row.its_rep());' 'audience.extend(row.rep_id);'
judge

try one_who_is_locked_keeps_all_waiting
change store/message_rows.rs 'FOR NO KEY UPDATE SKIP LOCKED' 'FOR NO KEY UPDATE'
judge

try an_edit_stays_in_the_log
change desk/edits.rs 'events::empty(conn, row.id, edit)?;' 'let _ = edit;'
judge

[ $uncaught = 0 ] || exit 1
