-- fanout.lua - how do several pieces of work wait side by side in one coroutine?
--
-- Each piece runs as a coroutine of its own. What a piece waits for it yields here;
-- all that is waited for goes to the core in one yield, and whoever's operation is
-- over goes on. Results come in the order of the work, whoever was first. A piece may
-- be such a bundle of pieces itself.
-- SPDX-License-Identifier: MIT
local host = require "host"

local fanout = {}

-- Inside a piece of work: waits for an operation, and gives its result.
function fanout.wait(op)
    coroutine.yield(op)
    return host.result(op)
end

-- Runs one piece until it waits or ends. Its error is the caller's error.
local function advance(piece)
    local returned = table.pack(coroutine.resume(piece.thread))
    if not returned[1] then
        error(returned[2], 0)
    elseif coroutine.status(piece.thread) == "dead" then
        piece.ops, piece.result, piece.err = {}, returned[2], returned[3]
    else
        piece.ops = { table.unpack(returned, 2, returned.n) }
    end
end

local function may_go_on(piece)
    for _, op in ipairs(piece.ops) do
        if host.over(op) then
            return true
        end
    end
    return false
end

local function waited_for(pieces)
    local ops = {}
    for _, piece in ipairs(pieces) do
        table.move(piece.ops, 1, #piece.ops, #ops + 1, ops)
    end
    return ops
end

-- work: functions without arguments, each -> result | nil, fail.
-- -> { { result =, err = } } in the same order
function fanout.run(work)
    local pieces = {}
    for i, piece in ipairs(work) do
        pieces[i] = { thread = coroutine.create(piece) }
        advance(pieces[i])
    end
    local ops = waited_for(pieces)
    while #ops > 0 do
        coroutine.yield(table.unpack(ops))
        for _, piece in ipairs(pieces) do
            if may_go_on(piece) then
                advance(piece)
            end
        end
        ops = waited_for(pieces)
    end
    return pieces
end

return fanout
