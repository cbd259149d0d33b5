-- fanout.lua - how do several pieces of work wait side by side in one coroutine?
--
-- Each piece runs as a coroutine of its own. What a piece waits for it yields here;
-- all that is waited for goes to the core in one yield, and whoever's operation is
-- over goes on. Results come in the order of the work, whoever was first.
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
    local good, a, b = coroutine.resume(piece.thread)
    if not good then
        error(a, 0)
    end
    piece.op = coroutine.status(piece.thread) ~= "dead" and a or nil
    if not piece.op then
        piece.result, piece.err = a, b
    end
end

local function waited_for(pieces)
    local ops = {}
    for _, piece in ipairs(pieces) do
        ops[#ops + 1] = piece.op
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
            if piece.op and host.over(piece.op) then
                advance(piece)
            end
        end
        ops = waited_for(pieces)
    end
    return pieces
end

return fanout
