-- demo.lua - pictures without any provider: abstract landscapes, drawn on this machine.
--
--     PICTOR_KEY=choose-one build/bin/pictor serve -c examples/providers/demo.lua
--
-- To try out a client without spending money; modules/demo/README.md says what it draws.
return {
    listen = "127.0.0.1:8080",
    keys = { { name = "me", key = env "PICTOR_KEY" } },
    providers = {
        demo = { kind = "demo" },
    },
}
