//! Servers and programs that the tests of the deployed platform run.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    env,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use lambda_simulator::{InvocationBuilder, InvocationStatus, Simulator};
use serde_json::Value;

/// The raw bucket's default name.
pub(crate) const BUCKET: &str = "clickstream-s3-ingest";
const ACCESS_KEY: &str = "AKIDDEPLOYEDTEST";
const SECRET_KEY: &str = "only-for-this-test";

/// An S3 server that shares no code with the platform. Stops when dropped.
pub(crate) struct SeaweedFs {
    process: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

impl SeaweedFs {
    /// Starts one on free ports and makes the raw bucket.
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("s3.json");
        let identity = serde_json::json!({"identities": [{
            "name": "test",
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }]});
        std::fs::write(&config, identity.to_string()).unwrap();
        let ports = free_ports(8);
        let process = Command::new(weed())
            .arg("server")
            .arg(format!("-dir={}", dir.path().display()))
            .args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3"])
            .arg(format!("-master.port={}", ports[0]))
            .arg(format!("-master.port.grpc={}", ports[1]))
            .arg(format!("-volume.port={}", ports[2]))
            .arg(format!("-volume.port.grpc={}", ports[3]))
            .arg(format!("-filer.port={}", ports[4]))
            .arg(format!("-filer.port.grpc={}", ports[5]))
            .arg(format!("-s3.port={}", ports[6]))
            .arg(format!("-s3.port.grpc={}", ports[7]))
            .args(["-s3.port.iceberg=0", "-s3.port.lance=0"])
            .arg(format!("-s3.config={}", config.display()))
            .args(["-volume.max=20", "-master.volumeSizeLimitMB=64"])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(dir.path().join("weed.log")).unwrap())
            .spawn()
            .expect("SeaweedFS starts");
        let server = Self {
            process,
            port: ports[6],
            _dir: dir,
        };
        let client = server.client();
        let give_up = Instant::now() + Duration::from_mins(1);
        while let Err(error) = client.create_bucket().bucket(BUCKET).send().await {
            assert!(
                Instant::now() < give_up,
                "SeaweedFS did not come up: {error:?}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        server
    }

    /// Where it answers.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A client with the right to do everything.
    pub(crate) fn client(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-southeast-1"))
            .endpoint_url(self.endpoint())
            .force_path_style(true)
            .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test"))
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// What a deployed function gets from its role, and the address of this server.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL_S3", self.endpoint()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        ]
    }

    /// Stops answering, as a server that went away.
    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for SeaweedFs {
    fn drop(&mut self) {
        self.kill();
    }
}

fn weed() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(env::var_os("HOME").expect("HOME is set")).join(".cache"),
        PathBuf::from,
    );
    let installed = cache.join("sbw/python/bin/weed");
    assert!(
        installed.exists(),
        "no SeaweedFS at {}: run infra/setup/setup.sh test",
        installed.display()
    );
    installed
}

/// Ports that were free a moment ago, held together so that no two are the same.
fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)).unwrap())
        .collect();
    held.iter()
        .map(|listener| listener.local_addr().unwrap().port())
        .collect()
}

/// A function as Lambda runs it: its own process, a cleared environment, the
/// Runtime API its only way in and out.
pub(crate) struct Function {
    simulator: Simulator,
    process: Child,
    output: PathBuf,
    _dir: tempfile::TempDir,
}

impl Function {
    /// Starts `binary` with nothing in its environment but `environment` and
    /// what Lambda itself sets.
    pub(crate) async fn start(binary: &str, environment: &[(&str, String)]) -> Self {
        let simulator = Simulator::builder()
            .function_name(binary)
            .build()
            .await
            .unwrap();
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("output");
        let file = std::fs::File::create(&output).unwrap();
        let mut lambda = simulator.lambda_env_vars();
        // Lambda's region is the stack's; the simulator's default is another.
        lambda.insert("AWS_REGION".into(), "ap-southeast-1".into());
        lambda.insert("AWS_DEFAULT_REGION".into(), "ap-southeast-1".into());
        let process = Command::new(program(binary))
            .env_clear()
            .envs(lambda)
            .envs(
                environment
                    .iter()
                    .map(|(name, value)| (*name, value.as_str())),
            )
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{binary} starts: {error}"));
        Self {
            simulator,
            process,
            output,
            _dir: dir,
        }
    }

    /// Invokes it; `Err` is what a failed invocation reports.
    pub(crate) async fn invoke(&self, payload: Value) -> Result<Value, String> {
        self.invoke_within(payload, Duration::from_mins(1)).await
    }

    /// Invokes it with the time that Lambda would give it.
    pub(crate) async fn invoke_within(
        &self,
        payload: Value,
        limit: Duration,
    ) -> Result<Value, String> {
        let invocation = InvocationBuilder::new()
            .payload(payload)
            .timeout_ms(u64::try_from(limit.as_millis()).unwrap())
            .build()
            .unwrap();
        let id = self.simulator.enqueue(invocation).await;
        let state = self
            .simulator
            .wait_for_invocation_complete(&id, Duration::from_secs(90))
            .await
            .unwrap_or_else(|error| panic!("no answer ({error}); it printed:\n{}", self.output()));
        match state.status {
            InvocationStatus::Success => Ok(state.response.expect("a success has one").payload),
            _ => Err(format!("{:?}", state.error)),
        }
    }

    /// What it has printed so far: what CloudWatch Logs would hold.
    pub(crate) fn output(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A program of this workspace: the one that is deployed where `SBW_LAMBDA_DIR`
/// names its folder, else the one built beside this test.
pub(crate) fn program(name: &str) -> PathBuf {
    if let Some(dir) = env::var_os("SBW_LAMBDA_DIR") {
        return PathBuf::from(dir).join(name);
    }
    let test = env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap().join(name);
    assert!(
        built.exists(),
        "{} is not built: run cargo build --workspace",
        built.display()
    );
    built
}
