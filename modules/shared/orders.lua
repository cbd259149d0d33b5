-- orders.lua - what do APIs that take an order, and are asked for it by its id, have in common?
-- SPDX-License-Identifier: MIT
local typed = require "typed"

local orders = {}

-- An id becomes a part of an address: nothing in it may lead elsewhere. -> id | nil, fail
function orders.id(value, job)
    local id = typed.filled(value)
    if not id or id:find "[^%w_-]" then
        return nil, pictor.fail("invalid_upstream_response", ("%s: expected the id of a task, got %s"):format(job.provider.name,
            pictor.show(value)), { charged = true })
    end
    return id
end

-- Whoever asks for an order and is told of trouble does not get it any more, and no other one is placed. That it was refused is
-- the client's to know.
function orders.lost(err)
    return err.code == "content_policy_violation" and err or pictor.fail("upstream_error", err.message, { charged = true })
end

-- err: what a status of failure means. -> the same for an order, and for a question that passes by itself; else it is lost
function orders.read_error(answer, err)
    local is_final = answer.memo and answer.status < 500 and answer.status ~= 429
    return is_final and orders.lost(err) or err
end

return orders
