-- gateway.lua - the path of a request, from the body to the reply
--
-- Read this first: each step takes what the one above it made, and the first that
-- refuses ends the path.
-- SPDX-License-Identifier: MIT
local about = require "about"
local cost = require "cost"
local decide = require "decide"
local draw = require "draw"
local explain = require "explain"
local host = require "host"
local inputs = require "inputs"
local json = require "json"
local models = require "models"
local plan = require "plan"
local registry = require "registry"
local reply = require "reply"
local request = require "request"
local tape = require "tape"

local gateway = {}
local entries = {}

-- What the request came to: the one line that an operator adds up.
local function log_pictures(exchange, planned, drawn, err)
    local ask, job = planned.request, drawn and drawn.pictures[1].job or planned.jobs[1]
    host.log(err and "warn" or "info", "pictures", {
        id = exchange.id, provider = job.provider.name, model = job.model, n = ask.n, drawn = drawn and #drawn.pictures or 0,
        inputs = ask.images and #ask.images, attempts = (drawn or err).attempts, user = ask.user,
        caller = ask.caller and ask.caller.name, code = err and err.code,
        cost = drawn and cost.of(drawn.results, drawn.failures) or err and err.spent,
    })
end

-- Why an input picture was refused: what a link leads to is not for the client.
local function log_inputs(exchange, ask, err)
    host.log("warn", "inputs", {
        id = exchange.id, caller = ask.caller and ask.caller.name, code = err.code, error = err.message, reason = err.reason,
    })
end

-- A checked request, its pictures looked at -> the reply
local function answer(exchange, ask, state, deadline)
    local planned, err = plan.make(ask, state)
    if not planned then
        return reply.failure(err)
    end
    if exchange.explain then
        local explained
        explained, err = explain.all(planned)
        return explained and reply.explanation(explained) or reply.failure(err)
    end
    err = inputs.prepare(planned, state.settings)
    if err then
        return reply.failure(err)
    end
    local drawn
    drawn, err = draw.pictures {
        id = exchange.id, plan = planned, policy = state.policy, limits = state.settings.limits, deadline = deadline,
    }
    log_pictures(exchange, planned, drawn, err)
    if not drawn then
        return reply.failure(err)
    end
    return reply.pictures(planned, drawn)
end

local function deadline_of(state)
    return host.now() + state.settings.limits.upstream_timeout
end

-- The body's text is let go before anything waits: with many requests waiting, it would fill the state.
local function take_body(exchange)
    local body = exchange.body
    exchange.body = nil
    return body
end

-- POST /v1/images/generations
function entries.generations(exchange, state)
    local ask, err = request.generation(take_body(exchange), exchange.caller, state.settings)
    if not ask then
        return reply.failure(err)
    end
    return answer(exchange, ask, state, deadline_of(state))
end

-- POST /v1/images/edits
function entries.edits(exchange, state)
    local deadline = deadline_of(state)
    local ask, err = request.edit(take_body(exchange), exchange.form, exchange.caller, state.settings)
    if not ask then
        return reply.failure(err)
    end
    err = inputs.look(ask, state.settings, deadline, exchange.explain)
    if err then
        log_inputs(exchange, ask, err)
        return reply.failure(err)
    end
    return answer(exchange, ask, state, deadline)
end

-- GET /v1/models
function entries.models(exchange, state)
    return reply.list(models.list(exchange.caller, state))
end

-- GET /v1/models/{id}
function entries.model(exchange, state)
    local model, err = models.one(exchange.subject, exchange.caller, state)
    return model and reply.json(model) or reply.failure(err)
end

-- `pictor check`
function entries.check(_, state)
    return { status = 200, headers = {}, body = about.check(state) }
end

-- `pictor explain --options`
function entries.options(_, state)
    return { status = 200, headers = {}, body = about.options(state.root) }
end

-- What one Lua state keeps between requests, and all that it keeps. root: the folder with
-- scripts and modules. config: the checked configuration as JSON. files: the folder of a
-- recording, if there is one. Throws with file and line when a script is wrong.
function gateway.prepare(root, config, files)
    local settings = json.decode(config)
    local state = { root = root, settings = settings }
    state.registry = registry.new(root, settings, decide.models(root, settings))
    state.policy = decide.new(root, settings, { providers = state.registry:for_scripts() })
    tape.start(files)
    return {
        serve = function(exchange)
            exchange.caller = settings.keys[exchange.caller]
            return entries[exchange.entry](exchange, state)
        end,
    }
end

return gateway
