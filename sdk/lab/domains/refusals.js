import { LabError, permError } from "../errors.js";
import { loadContainer } from "./lxc.js";
/** Endpoints of which only the refusals are simulated: who lacks a right learns it, who has it gets a 501. */
export function registerRefusals(lab) {
    lab.route("POST /nodes/{node}/lxc", ({ params, may, endpoint }) => {
        const pool = params.text("pool");
        const mayAllocate = may(`/vms/${params.need("vmid")}`, ["VM.Allocate"]) ||
            (pool !== undefined && may(`/pool/${pool}`, ["VM.Allocate"]));
        if (!mayAllocate)
            throw permError();
        throw notSimulated(endpoint);
    });
    lab.route("PUT /nodes/{node}/lxc/{vmid}/config", changeContainer);
    lab.route("POST /nodes/{node}/vzdump", ({ params, check, endpoint }) => {
        check(`/storage/${params.text("storage") ?? "local"}`, ["Datastore.AllocateSpace"]);
        throw notSimulated(endpoint);
    });
}
function notSimulated({ method, path }) {
    return new LabError(501, `the lab does not simulate ${method} ${path}`);
}
/** What root alone may set, and a token of root may not. */
function changeContainer(request) {
    const { params, caller, endpoint } = request;
    const names = params.names();
    if (caller.id !== "root@pam") {
        if (names.some((name) => /^dev\d+$/.test(name))) {
            throw permError("configuring device passthrough is only allowed for root@pam");
        }
        const bind = names.some((name) => /^mp\d+$/.test(name) &&
            params
                .need(name)
                .replace(/^volume=/, "")
                .startsWith("/"));
        if (bind)
            throw permError("mount point type bind is only allowed for root@pam");
        const features = params.text("features");
        if (features?.split(",").some((part) => !part.startsWith("nesting=")) === true) {
            throw permError("changing feature flags (except nesting) is only allowed for root@pam");
        }
    }
    loadContainer(request);
    throw notSimulated(endpoint);
}
