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
local json = require "json"
local models = require "models"
local plan = require "plan"
local registry = require "registry"
local reply = require "reply"
local request = require "request"

local gateway = {}
local entries = {}

-- What the request came to: the one line that an operator adds up.
local function log_pictures(exchange, ask, planned, drawn, err)
    local job = drawn and drawn.results[1].job or planned.jobs[1]
    host.log(err and "warn" or "info", "pictures", {
        id = exchange.id, provider = job.provider.name, model = job.model, n = ask.n, drawn = drawn and #drawn.results or 0,
        attempts = (drawn or err).attempts, user = ask.user, caller = ask.caller and ask.caller.name,
        cost = drawn and cost.of(drawn.results, planned.model), code = err and err.code,
    })
end

-- POST /v1/images/generations
function entries.generations(exchange, state)
    local ask, err = request.generation(exchange.body, exchange.caller, state.settings)
    if not ask then
        return reply.failure(err)
    end
    local planned
    planned, err = plan.make(ask, state)
    if not planned then
        return reply.failure(err)
    end
    if exchange.explain then
        local explained
        explained, err = explain.all(ask, planned)
        return explained and reply.explanation(explained) or reply.failure(err)
    end
    local drawn
    drawn, err = draw.pictures {
        id = exchange.id, request = ask, plan = planned, policy = state.policy,
        deadline = host.now() + state.settings.limits.upstream_timeout,
    }
    log_pictures(exchange, ask, planned, drawn, err)
    if not drawn then
        return reply.failure(err)
    end
    return reply.pictures(ask, planned, drawn)
end

-- GET /v1/models
function entries.models(exchange, state)
    return reply.json(models.list(exchange.caller, state))
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
-- scripts and modules. config: the checked configuration as JSON. Throws with file and
-- line when a script is wrong.
function gateway.prepare(root, config)
    local settings = json.decode(config)
    local state = { root = root, settings = settings }
    state.registry = registry.new(root, settings, decide.models(root, settings))
    state.policy = decide.new(root, settings, { providers = state.registry:for_scripts() })
    return {
        serve = function(exchange)
            exchange.caller = settings.keys[exchange.caller]
            return entries[exchange.entry](exchange, state)
        end,
    }
end

return gateway
