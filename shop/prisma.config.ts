import { defineConfig } from "prisma/config";

// No datasource: Prisma only generates the client here. The schema is infra/oltp's.
export default defineConfig({ schema: "prisma/schema.prisma" });
